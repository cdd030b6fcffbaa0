import type { Clock } from '../terms/clock.ts';
import { refusal } from '../terms/refusal.ts';
import { type ConcludedRecord, concludeEarly, type Report } from './conclude.ts';
import type { AuditLog } from './log.ts';

/** Writes the RESULT. Where it cannot be written and nothing was cancelled, the request fails, so that it is sent again. */
export async function logResult(report: Report, log: AuditLog, clock: Clock): Promise<Report> {
  const written = await log.result(report.record);
  if (written || mayHaveCancelled(report.record)) return report;
  return concludeEarly(report.record, refusal('LOG_UNWRITABLE'), clock.now());
}

function mayHaveCancelled({ cancelAttempts, results }: ConcludedRecord): boolean {
  return cancelAttempts > 0 || (results ?? []).some((result) => result.cancelAttempts > 0);
}
