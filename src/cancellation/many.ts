import type { CancelNamed, CancelSelected } from '../command/read.ts';
import { statusOfApiError } from '../google/advice.ts';
import { isApiError } from '../google/api-error.ts';
import type { ListedOperation, Session } from '../google/datastream.ts';
import { isVerbAllowed } from '../permission.ts';
import { conclude, concludeEarly, type Report } from '../record/conclude.ts';
import { logResult } from '../record/result.ts';
import type { AuditRecord } from '../record/schema.ts';
import { judged, recordOfResult } from '../record/start.ts';
import { type Counts, NO_COUNTS } from '../terms/outcome.ts';
import { refusal, statusFor } from '../terms/refusal.ts';
import { isTransient, OK, type Status } from '../terms/status.ts';
import type { Capacity } from './capacity.ts';
import { type Candidate, carryOut, type Tools } from './carry-out.ts';
import { looker } from './look.ts';
import { eachOf } from './parallel.ts';
import { type Selected, selectOperations } from './select.ts';

/** What many cancellations are carried out with. */
export type ManyTools = Tools & { capacity: Capacity };

/** Most operations that a dry run lists. It counts all. */
const MOST_VALIDATED = 1000;

/** Milliseconds after which a batch that found no room is worth sending again. */
const WHEN_FULL = 30_000;

/**
 * Cancels the operations of a parent that a selection finds, and records each.
 *
 * @param record with everything about the request
 * @returns the report of the whole, not yet logged
 * @throws {Refusal} ERROR where the instance has no room for so many
 */
export async function cancelSelected(
  command: CancelSelected,
  record: AuditRecord,
  session: Session,
  tools: ManyTools,
): Promise<Report> {
  const { parent, select, maxOperations, validateOnly } = command;
  const { clock, settings, capacity } = tools;
  const isAllowed = ({ state }: ListedOperation) => isVerbAllowed(state.verb, settings);
  const most = validateOnly ? MOST_VALIDATED : maxOperations;
  const selected = await selectOperations({ parent, select, most, isAllowed, now: clock.now() }, session);
  if (isApiError(selected)) {
    const { retryAfter } = selected;
    return conclude(record, { outcome: 'ERROR', status: statusOfApiError(selected, 'list'), retryAfter }, clock.now());
  }
  const { operations, count, pages } = selected;
  const tooMany = count > maxOperations ? statusFor('TOO_MANY_SELECTED', { selected: count, most: maxOperations }) : null;
  if (tooMany !== null && !validateOnly) {
    return conclude(record, { outcome: 'BATCH', status: tooMany }, clock.now());
  }
  const report = await capacity.holding(operations.length, async () => {
    const candidates = operations.map(({ name, state }) => ({ name, record: recordOfResult(record, name), before: state }));
    const reports = await carryOut(candidates, { ...command, session, look: looker(session, pages) }, tools);
    const summary = summaryOf(record, reports, clock.now());
    return validateOnly ? asValidated(summary, selected, tooMany) : summary;
  });
  if (report === undefined) throw refusal('TOO_MANY_UNDER_WAY', { retryAfter: WHEN_FULL });
  return report;
}

/** Cancels the operations that are named, each judged by itself, and records each; the rest as `cancelSelected`. */
export async function cancelNamed(
  command: CancelNamed,
  record: AuditRecord,
  session: Session,
  allow: (name: string) => Promise<string>,
  tools: ManyTools,
): Promise<Report> {
  const { names } = command;
  const { clock, log, capacity } = tools;
  const report = await capacity.holding(names.length, async () => {
    const refused = new Map<string, Report>();
    const candidates = await eachOf(names, async (name): Promise<Candidate[]> => {
      const own = recordOfResult(record, name);
      try {
        return [{ name, record: judged(own, true, await allow(name)), before: await session.get(name) }];
      } catch (error) {
        refused.set(name, await logResult(concludeEarly(own, error, clock.now()), log, clock));
        return [];
      }
    });
    const order = { ...command, session, look: looker(session) };
    const carriedOut = await carryOut(candidates.flat(), order, tools);
    const reports = new Map([...refused, ...carriedOut.map((each) => [each.record.resourceName ?? '', each] as const)]);
    return summaryOf(record, names.flatMap((name) => reports.get(name) ?? []), clock.now());
  });
  if (report === undefined) throw refusal('TOO_MANY_UNDER_WAY', { retryAfter: WHEN_FULL });
  return report;
}

/** The report of a batch: OK where every result is, else the first transient status, so that it is delivered again, else the first. */
function summaryOf(record: AuditRecord, reports: readonly Report[], now: number): Report {
  const failed = reports.filter((report) => report.record.status.name !== 'OK');
  const decisive = failed.find((report) => isTransient(report.record.status.name)) ?? failed[0];
  const counts: Counts = { ...NO_COUNTS };
  for (const { record: result } of reports) if (result.outcome !== 'BATCH') counts[result.outcome] += 1;
  const results = reports.map((report) => report.record);
  const { status } = decisive?.record ?? { status: OK };
  return conclude(record, { outcome: 'BATCH', status, counts, results, retryAfter: decisive?.retryAfter ?? null }, now);
}

/** The report of a dry run: counts all that is selected, and has the status that the real command would have. */
function asValidated(summary: Report, { count, allowed }: Selected, tooMany: Status | null): Report {
  const counts = { ...NO_COUNTS, VALIDATED: allowed, DENIED: count - allowed };
  return { ...summary, record: { ...summary.record, counts, status: tooMany ?? summary.record.status } };
}
