import { Refusal, statusFor } from '../terms/refusal.ts';
import type { Status } from '../terms/status.ts';
import type { AuditRecord } from './schema.ts';
import { judged } from './start.ts';

/** A record that is finished, and what only its answer needs to know. */
export type Report = {
  record: ConcludedRecord;
  /** Milliseconds before which it is not worth sending the request again, null where nobody said. */
  retryAfter: number | null;
};

export type ConcludedRecord = AuditRecord & {
  outcome: NonNullable<AuditRecord['outcome']>;
  status: Status;
  completeTime: string;
};

/** What became of an operation, or of a batch. */
export type Finding = Pick<ConcludedRecord, 'outcome' | 'status'> &
  Partial<Pick<AuditRecord, 'operationAfter' | 'cancelAttempts' | 'counts' | 'results'>> & { retryAfter?: number | null };

/** Finishes a record with what was found, at a time in milliseconds since the epoch. */
export function conclude(record: AuditRecord, finding: Finding, now: number): Report {
  const { retryAfter = null, ...found } = finding;
  return { record: { ...record, ...found, completeTime: new Date(now).toISOString() }, retryAfter };
}

/** Finishes a record with what ended its request: a refusal, or a fault of ours. */
export function concludeEarly(record: AuditRecord, error: unknown, now: number): Report {
  if (!(error instanceof Refusal)) return conclude(record, { outcome: 'ERROR', status: statusOfFault(error) }, now);
  const { outcome, status, details } = error;
  const { rule, retryAfter = null } = details;
  return conclude(rule === undefined ? record : judged(record, false, rule), { outcome, status, retryAfter }, now);
}

/** The status of a fault of ours: its kind, which is worth reporting, and nothing of what it says, which may be secret. */
export function statusOfFault(error: unknown): Status {
  return statusFor('INTERNAL_FAULT', { kind: error instanceof Error ? error.name : typeof error });
}
