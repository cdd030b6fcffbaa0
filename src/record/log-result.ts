import type { Clock } from '../terms/clock.ts';
import { Refusal } from '../terms/refusal.ts';
import { statusOf } from '../terms/status.ts';
import { type ConcludedRecord, type Report, refuse } from './conclude.ts';
import type { AuditLog } from './log.ts';

/** Writes the RESULT. Where it cannot be written and nothing was cancelled, the request fails, so that it is sent again. */
export async function logResult(report: Report, { log, clock }: { log: AuditLog; clock: Clock }): Promise<Report> {
  const written = await log.result(report.record);
  return written || mayHaveCancelled(report.record) ? report : refuse(report.record, unrecorded(), clock);
}

function mayHaveCancelled({ cancelAttempts, results }: ConcludedRecord): boolean {
  return cancelAttempts > 0 || (results ?? []).some((result) => result.cancelAttempts > 0);
}

/** Nothing can be recorded, so nothing is done. */
export function unrecorded(): Refusal {
  const message = 'The audit log cannot be written, so nothing was cancelled; send the request again.';
  return new Refusal('ERROR', statusOf('UNAVAILABLE', message));
}
