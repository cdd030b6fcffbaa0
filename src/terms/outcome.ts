import { DOMAIN } from './reason.ts';
import { isTransient, type Status } from './status.ts';

/** Severities of google.logging.type.LogSeverity that the audit log uses. */
export type Severity = 'NOTICE' | 'WARNING' | 'ERROR';

/**
 * What became of one operation, or of the request for it: the severity of its log entry, and what the entry's sentence says
 * of the operation. The page of outcomes (README) tells each one's meaning.
 */
export const OUTCOMES = {
  CANCELLED: { severity: 'NOTICE', says: 'was cancelled' },
  CANCEL_REQUESTED: { severity: 'NOTICE', says: 'was asked to cancel and still runs' },
  COMPLETED: { severity: 'WARNING', says: 'completed in spite of the cancel' },
  FAILED: { severity: 'WARNING', says: 'failed in spite of the cancel' },
  ALREADY_DONE: { severity: 'NOTICE', says: 'was done already' },
  VALIDATED: { severity: 'NOTICE', says: 'is running and would have been cancelled' },
  INVALID: { severity: 'WARNING', says: 'the request is malformed' },
  UNAUTHENTICATED: { severity: 'WARNING', says: 'the caller could not be identified' },
  DENIED: { severity: 'WARNING', says: 'is not allowed' },
  EXPIRED: { severity: 'WARNING', says: 'the message is too old' },
  NOT_FOUND: { severity: 'WARNING', says: 'is not known to Datastream' },
  UNSUPPORTED: { severity: 'ERROR', says: 'cannot be cancelled' },
  ERROR: { severity: 'ERROR', says: 'was not cancelled' },
  UNKNOWN: { severity: 'ERROR', says: 'may have been cancelled' },
} as const satisfies Record<string, { severity: Severity; says: string }>;

export type Outcome = keyof typeof OUTCOMES;

/** How many operations of a batch have each outcome. */
export type Counts = Record<Outcome, number>;

export const NO_COUNTS: Readonly<Counts> = {
  CANCELLED: 0,
  CANCEL_REQUESTED: 0,
  COMPLETED: 0,
  FAILED: 0,
  ALREADY_DONE: 0,
  VALIDATED: 0,
  INVALID: 0,
  UNAUTHENTICATED: 0,
  DENIED: 0,
  EXPIRED: 0,
  NOT_FOUND: 0,
  UNSUPPORTED: 0,
  ERROR: 0,
  UNKNOWN: 0,
};

/**
 * The severity of the RESULT entry of a batch. One that found too many and so cancelled nothing is what somebody on call
 * must see, unless it was a dry run.
 */
export function severityOfBatch(status: Status, validateOnly: boolean): Severity {
  if (status.name === 'OK') return 'NOTICE';
  if (isTransient(status.name)) return 'ERROR';
  const tooMany = status.domain === DOMAIN && status.reason === 'TOO_MANY_SELECTED';
  return tooMany && !validateOnly ? 'ERROR' : 'WARNING';
}
