import type { Outcome } from './outcome.ts';
import { DOMAIN, REASONS, type Reason, sentenceOf } from './reason.ts';
import { type FieldViolation, type Status, statusOf } from './status.ts';

/** What a refusal may carry besides outcome and status. */
type RefusalDetails = {
  /** The setting that refused, for `authorizationInfo.rule`. */
  rule?: string;
  /** Milliseconds after which it is worth sending the request again. */
  retryAfter?: number;
};

/** The end of a request by a decision of the function: thrown by a step, turned into a record in one place. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly outcome: Outcome | 'BATCH';
  readonly status: Status;
  readonly details: RefusalDetails;

  constructor(outcome: Outcome | 'BATCH', status: Status, details: RefusalDetails = {}) {
    super(status.message);
    this.outcome = outcome;
    this.status = status;
    this.details = details;
  }
}

type Places = Readonly<Record<string, string | number>>;

/** The status that a reason of the function's own has. */
export function statusFor(reason: Reason, places?: Places): Status {
  return statusOf(REASONS[reason].code, sentenceOf(reason, places), { reason, domain: DOMAIN });
}

/** A refusal for a reason of the function's own. */
export function refusal(reason: Reason, details: RefusalDetails & { places?: Places } = {}): Refusal {
  const { places, ...more } = details;
  if (REASONS[reason].outcome === 'INVALID') return invalid([violation(reason, '', places)]);
  return new Refusal(REASONS[reason].outcome, statusFor(reason, places), more);
}

/** One problem of a request with the reason for it. */
export type Violation = FieldViolation & { reason: Reason };

/** The problem with a field, its path, or with the payload as a whole where that is empty. */
export function violation(reason: Reason, field = '', places?: Places): Violation {
  return { field, description: sentenceOf(reason, places), reason };
}

/** Most violations that a record lists; the rest is one entry that says how many. */
const MOST_VIOLATIONS = 50;

/** The request is malformed. Every problem is told at once (AIP-193, google.rpc.BadRequest); the first one's reason counts. */
export function invalid(violations: readonly Violation[]): Refusal {
  const [first] = violations;
  const fieldViolations = violations.slice(0, MOST_VIOLATIONS).map(({ field, description }) => ({ field, description }));
  const rest = violations.length - fieldViolations.length;
  if (rest > 0)
    fieldViolations.push({ field: '', description: `${rest} more ${rest === 1 ? 'problem' : 'problems'} not listed.` });
  const problem = first === undefined ? '' : `${first.field === '' ? 'The request' : first.field} ${first.description}`;
  const message =
    violations.length <= 1
      ? problem
      : `The request has ${violations.length} problems; fieldViolations lists them. The first: ${problem}`;
  const named = first === undefined ? {} : { reason: first.reason, domain: DOMAIN };
  return new Refusal('INVALID', statusOf('INVALID_ARGUMENT', message, { ...named, fieldViolations }));
}
