import type { Outcome } from './outcome.ts';
import { type FieldViolation, type Status, statusOf } from './status.ts';

/** What a refusal may carry besides outcome and status. */
type RefusalDetails = {
  /** The setting that refused, for `authorizationInfo.rule`. */
  rule?: string;
  /** The payload is larger than allowed, which HTTP answers with a status of its own. */
  tooLarge?: boolean;
};

/** The end of a request before its operation was touched: thrown by a step, turned into a record in one place. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly outcome: Outcome;
  readonly status: Status;
  readonly details: RefusalDetails;

  constructor(outcome: Outcome, status: Status, details: RefusalDetails = {}) {
    super(status.message);
    this.outcome = outcome;
    this.status = status;
    this.details = details;
  }
}

/** Most violations that a record lists; the rest is one entry that says how many. */
const MOST_VIOLATIONS = 50;

/** The request is malformed. Every problem is told at once (AIP-193, google.rpc.BadRequest). */
export function invalid(violations: FieldViolation[], details: RefusalDetails = {}): Refusal {
  const listed = violations.slice(0, MOST_VIOLATIONS);
  const rest = violations.length - listed.length;
  if (rest > 0)
    listed.push({ field: '', description: `${rest} more ${rest === 1 ? 'problem' : 'problems'} not listed.` });
  const [only] = violations;
  const message =
    violations.length === 1 && only !== undefined
      ? `${only.field === '' ? 'The request' : only.field} ${only.description}`
      : `The request has ${violations.length} problems; fieldViolations lists them.`;
  return new Refusal('INVALID', statusOf('INVALID_ARGUMENT', message, { fieldViolations: listed }), details);
}

/** The payload is larger than allowed; `limit` says what would not be. HTTP answers with 413. */
export function tooLarge(limit: string): Refusal {
  return invalid([{ field: '', description: `must be smaller: ${limit}.` }], { tooLarge: true });
}

/** The caller could not be identified. */
export function unauthenticated(message: string): Refusal {
  return new Refusal('UNAUTHENTICATED', statusOf('UNAUTHENTICATED', message));
}

/** The caller or the operation is outside what the setting `rule` allows. */
export function denied(rule: string, message: string): Refusal {
  return new Refusal('DENIED', statusOf('PERMISSION_DENIED', message), { rule });
}
