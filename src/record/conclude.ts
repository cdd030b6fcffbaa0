import type { Finding } from '../cancellation/cancel-and-watch.ts';
import type { Clock } from '../terms/clock.ts';
import { Refusal } from '../terms/refusal.ts';
import { type Status, statusOf } from '../terms/status.ts';
import type { AuditRecord } from './schema.ts';

/** A record that is finished, and what only its answer needs to know. */
export type Report = {
  record: ConcludedRecord;
  /** Milliseconds before which Datastream does not want to be asked again, null where it did not say. */
  retryAfter: number | null;
  /** The payload was larger than allowed. */
  tooLarge: boolean;
};

export type ConcludedRecord = AuditRecord & {
  outcome: NonNullable<AuditRecord['outcome']>;
  status: Status;
  completeTime: string;
};

/** What a record is finished with: a finding, or the part of one that there is. */
type Conclusion = { outcome: ConcludedRecord['outcome']; status: Status } & Partial<
  Omit<Finding, 'outcome' | 'status'>
>;

/** Finishes a record with what became of the operation. */
export function conclude(record: AuditRecord, conclusion: Conclusion, clock: Clock): Report {
  const { retryAfter = null, ...found } = conclusion;
  return {
    record: { ...record, ...found, completeTime: new Date(clock.now()).toISOString() },
    retryAfter,
    tooLarge: false,
  };
}

/** The status of a fault of ours: its kind, which is worth reporting, and nothing of what it says, which may be secret. */
export function faultStatus(error: unknown): Status {
  const kind = error instanceof Error ? error.name : typeof error;
  return statusOf(
    'INTERNAL',
    `This function failed (${kind}); send the request again, and report it if that does not help.`,
  );
}

/** Finishes a record with the refusal that ended the request, or with a fault of ours. */
export function refuse(record: AuditRecord, error: unknown, clock: Clock): Report {
  if (!(error instanceof Refusal)) return conclude(record, { outcome: 'ERROR', status: faultStatus(error) }, clock);
  const { outcome, status } = error;
  const { rule, tooLarge = false } = error.details;
  const { authorizationInfo } = record;
  const judged = rule === undefined ? authorizationInfo : { ...authorizationInfo, granted: false, rule };
  return { ...conclude({ ...record, authorizationInfo: judged }, { outcome, status }, clock), tooLarge };
}
