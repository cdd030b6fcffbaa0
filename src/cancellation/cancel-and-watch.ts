import { statusOfApiError } from '../google/advice.ts';
import { type ApiError, isApiError } from '../google/api-error.ts';
import type { Datastream } from '../google/datastream.ts';
import type { Call } from '../google/exchange.ts';
import { MOST_ATTEMPTS, pauseAfter } from '../google/retry.ts';
import type { OperationState } from '../record/schema.ts';
import { type Clock, deadlineIn } from '../terms/clock.ts';
import type { Outcome } from '../terms/outcome.ts';
import { isTransient, OK, type Status } from '../terms/status.ts';

/** What became of an operation, as far as it could be learned. */
export type Finding = {
  outcome: Outcome;
  status: Status;
  operationAfter: OperationState | null;
  /** Milliseconds before which Datastream does not want to be asked again, null where it did not say. */
  retryAfter: number | null;
};

export type Cancellation = {
  name: string;
  /** Goes to Google's own audit log as `X-Goog-Request-Reason`. */
  requestReason: string;
  /** Milliseconds to watch for the outcome once Datastream took the request. 0 looks once. */
  wait: number;
  call: Call;
  /** Told of each `:cancel` that was sent. */
  onSent: () => void;
};

/** Milliseconds of the first pause between two looks, which doubles, and of the longest. */
const FIRST_LOOK = 250;
const LONGEST_LOOK = 5000;

/** Milliseconds that are kept for the last look where the deadline ends the wait. */
const LAST_LOOK = 1000;

/**
 * Cancels an operation that was seen running, and finds out what became of it. Never rejects.
 *
 * Cancellation is asynchronous and best effort (google.longrunning.Operations.CancelOperation), so only what Datastream
 * shows afterwards counts: an answer alone proves nothing, and a lost one does not prove the contrary.
 */
export async function cancelAndWatch(
  cancellation: Cancellation,
  datastream: Datastream,
  clock: Clock,
): Promise<Finding> {
  let sent = false;
  const onSent = () => {
    sent = true;
    cancellation.onSent();
  };
  const { name, requestReason, call } = cancellation;
  const look = () => datastream.get(name, call);
  const found = (outcome: Outcome, operationAfter: OperationState | null, error?: ApiError): Finding => ({
    outcome,
    status: error === undefined ? OK : statusOfApiError(error),
    operationAfter,
    retryAfter: error?.retryAfter ?? null,
  });

  /** Whether an earlier attempt may have been carried out although its answer was lost. */
  let maybeTaken = false;
  for (let attempts = 1; ; attempts++) {
    const answer = await datastream.cancel(name, requestReason, { ...call, onSent });
    if (!isApiError(answer)) return watch(undefined);
    maybeTaken ||= answer.lost;

    const pause = pauseAfter(attempts, answer, clock);
    const again = answer.retriable && attempts < MOST_ATTEMPTS && pause < call.deadline.left();
    if (again) await clock.sleep(pause);
    if (again && !maybeTaken) continue;

    if (!sent) return found('ERROR', null, answer);
    const state = await look();
    if (isApiError(state)) return maybeTaken ? found('UNKNOWN', null, state) : refused(answer, state);
    if (maybeTaken && (state.done || state.requestedCancellation)) return watch(state);
    if (!again) return refused(answer, state);
  }

  /** Datastream took the request: looks at once, and then with growing pauses until it is done or the wait is over. */
  async function watch(seen: OperationState | undefined): Promise<Finding> {
    const left = call.deadline.left();
    const end = deadlineIn(clock, Math.min(cancellation.wait, left - Math.min(LAST_LOOK, left / 5)));
    let state = seen ?? (await look());
    let last = seen;
    for (let pause = FIRST_LOOK; ; pause = Math.min(pause * 2, LONGEST_LOOK)) {
      if (!isApiError(state)) last = state;
      if (last?.done) return ended(last);
      const over = end.left() === 0 || (isApiError(state) && !isTransient(state.code));
      if (over && last !== undefined) return found('CANCEL_REQUESTED', last);
      if (over && isApiError(state)) return found('UNKNOWN', null, state);
      await clock.sleep(Math.min(pause, end.left()));
      state = await look();
    }
  }

  function ended(state: OperationState): Finding {
    if (state.errorCode === null) return found('COMPLETED', state);
    return found(state.errorCode === 1 ? 'CANCELLED' : 'FAILED', state);
  }

  /** Datastream did not take the request. That it is done already is no error: then it counts as it stands. */
  function refused(error: ApiError, after: OperationState | ApiError): Finding {
    const state = isApiError(after) ? null : after;
    switch (error.code) {
      case 'FAILED_PRECONDITION':
        if (isApiError(after)) return found('UNKNOWN', null, after);
        return after.done ? ended(after) : found('ERROR', after, error);
      case 'NOT_FOUND':
        return found('NOT_FOUND', state, error);
      case 'UNIMPLEMENTED':
        return found('UNSUPPORTED', state, error);
      default:
        return found('ERROR', state, error);
    }
  }
}
