import { DOMAIN } from './reason.ts';
import { isTransient, type Status } from './status.ts';

/** What became of one operation, or of the request for it. Section "Outcomes" of the README tells each one's meaning. */
export const OUTCOMES = [
  'CANCELLED',
  'CANCEL_REQUESTED',
  'COMPLETED',
  'FAILED',
  'ALREADY_DONE',
  'VALIDATED',
  'INVALID',
  'UNAUTHENTICATED',
  'DENIED',
  'EXPIRED',
  'NOT_FOUND',
  'UNSUPPORTED',
  'ERROR',
  'UNKNOWN',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** Severities of google.logging.type.LogSeverity that the audit log uses. */
export type Severity = 'NOTICE' | 'WARNING' | 'ERROR';

/**
 * The severity of a RESULT entry. A batch is judged by its status, since its outcome is always BATCH; one that found too many
 * and so cancelled nothing is what somebody on call must see, unless it was a dry run.
 */
export function severityOf(outcome: Outcome | 'BATCH', status: Status, validateOnly: boolean): Severity {
  switch (outcome) {
    case 'CANCELLED':
    case 'CANCEL_REQUESTED':
    case 'ALREADY_DONE':
    case 'VALIDATED':
      return 'NOTICE';
    case 'ERROR':
    case 'UNKNOWN':
    case 'UNSUPPORTED':
      return 'ERROR';
    case 'COMPLETED':
    case 'FAILED':
    case 'INVALID':
    case 'UNAUTHENTICATED':
    case 'DENIED':
    case 'EXPIRED':
    case 'NOT_FOUND':
      return 'WARNING';
    case 'BATCH':
      if (status.name === 'OK') return 'NOTICE';
      if (isTransient(status.name)) return 'ERROR';
      return status.reason === 'TOO_MANY_SELECTED' && status.domain === DOMAIN && !validateOnly ? 'ERROR' : 'WARNING';
    default:
      return outcome satisfies never;
  }
}
