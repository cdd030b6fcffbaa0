import { NO_COUNTS, OUTCOMES } from '../terms/outcome.ts';
import { quoted } from '../terms/text.ts';
import type { ConcludedRecord } from './conclude.ts';
import type { AuditRecord } from './schema.ts';

/** What is about to happen, for a person who reads the log. */
export function sentenceOfIntent(record: AuditRecord): string {
  return `INTENT to cancel ${record.resourceName}${askedBy(record)}.`;
}

/** What happened, for the same. What callers typed stands in quotation marks, but for names that were found valid. */
export function sentenceOfResult(record: ConcludedRecord): string {
  const { outcome, resourceName, status } = record;
  const subject = resourceName === null ? '' : ` ${resourceName}`;
  const says = outcome === 'BATCH' ? countsOf(record) : OUTCOMES[outcome].says;
  const more = status.message === '' ? '' : ` ${status.message}`;
  return `${outcome}:${subject} ${says}${askedBy(record)}.${more}`;
}

function countsOf({ counts }: ConcludedRecord): string {
  const all = Object.entries(counts ?? NO_COUNTS).filter(([, count]) => count > 0);
  if (all.length === 0) return 'has no results';
  return `has ${all.map(([outcome, count]) => `${count} ${outcome}`).join(', ')}`;
}

/** The trigger, the principal where one is known, and the source, which is only what the delivery says of itself. */
function askedBy({ authenticationInfo, trigger }: AuditRecord): string {
  const by = authenticationInfo.principalEmail === null ? '' : `, by ${authenticationInfo.principalEmail}`;
  const from = trigger.source === null ? '' : `, from ${quoted(trigger.source)}`;
  return ` (${trigger.type}${by}${from})`;
}
