import { statusOfApiError } from '../google/advice.ts';
import { type ApiError, isApiError } from '../google/api-error.ts';
import type { Session } from '../google/datastream.ts';
import type { OperationState } from '../google/operation.ts';
import { MOST_ATTEMPTS, pauseAfter } from '../google/retry.ts';
import type { Finding } from '../record/conclude.ts';
import { type Clock, pause } from '../terms/clock.ts';
import type { Outcome } from '../terms/outcome.ts';
import { type CodeName, OK } from '../terms/status.ts';
import type { Pace } from './pace.ts';

/** The request for one operation's cancellation. */
export type Cancellation = {
  name: string;
  /** Goes to Google's own audit log as `X-Goog-Request-Reason`. */
  requestReason: string;
  /** Told of each `:cancel` that may have reached Datastream. */
  onSent: () => void;
};

/** What asking came to: an end, or something to watch, with the state in which it was just seen, if it was. */
export type Asked = { kind: 'settled'; finding: Finding } | { kind: 'taken'; seen: OperationState | undefined };

/** Answers to a cancel that do not say whether it was carried out: what the operation shows afterwards decides. */
const PROVES_NOTHING: ReadonlySet<CodeName> = new Set([
  'FAILED_PRECONDITION',
  'INVALID_ARGUMENT',
  'CANCELLED',
  'ABORTED',
  'DATA_LOSS',
  'ALREADY_EXISTS',
  'OUT_OF_RANGE',
]);

/**
 * Asks for the cancellation of an operation that was seen running, until it is known whether Datastream took the request.
 * Never rejects.
 *
 * Cancellation is asynchronous and best effort (google.longrunning.Operations.CancelOperation), so an answer alone proves
 * little: after one that is lost or says nothing for certain the operation is read, and it is asked again only where that
 * shows the need.
 */
export async function ask(
  { name, requestReason, onSent }: Cancellation,
  session: Session,
  pace: Pace,
  clock: Clock,
): Promise<Asked> {
  let sent = false;
  /** Whether an attempt may have been carried out although its answer does not say so. */
  let inDoubt = false;
  for (let attempts = 1; ; attempts++) {
    await pace.ready();
    const answer = await session.cancel(name, requestReason, () => {
      sent = true;
      onSent();
    });
    if (!isApiError(answer)) return { kind: 'taken', seen: undefined };
    inDoubt ||= answer.lost || PROVES_NOTHING.has(answer.code);

    const rest = pauseAfter(attempts, answer, clock);
    const again = answer.retriable && attempts < MOST_ATTEMPTS && rest < session.deadline.left();
    if (again && answer.code === 'RESOURCE_EXHAUSTED') pace.hold(rest);
    else if (again) await pause(clock, rest, session.deadline);
    if (again && !inDoubt) continue;

    if (!sent) return settled(refused(answer, null));
    const state = await session.get(name);
    if (isApiError(state)) return settled(inDoubt ? found('UNKNOWN', null, state) : refused(answer, null));
    if (inDoubt && state.done) return settled(ended(state));
    if (inDoubt && state.requestedCancellation) return { kind: 'taken', seen: state };
    if (!again) return settled(refused(answer, state));
  }
}

/** What an operation that is done after a cancel has come to. */
export function ended(state: OperationState): Finding {
  if (state.errorCode === null) return found('COMPLETED', state);
  return found(state.errorCode === 1 ? 'CANCELLED' : 'FAILED', state);
}

export function found(outcome: Outcome, operationAfter: OperationState | null, error?: ApiError): Finding {
  const status = error === undefined ? OK : statusOfApiError(error, 'cancel');
  return { outcome, status, operationAfter, retryAfter: error?.retryAfter ?? null };
}

/** Datastream did not take the request. */
function refused(error: ApiError, state: OperationState | null): Finding {
  switch (error.code) {
    case 'NOT_FOUND':
      return found('NOT_FOUND', state, error);
    case 'UNIMPLEMENTED':
      return found('UNSUPPORTED', state, error);
    default:
      return found('ERROR', state, error);
  }
}

function settled(finding: Finding): Asked {
  return { kind: 'settled', finding };
}
