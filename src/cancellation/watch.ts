import { type ApiError, isApiError } from '../google/api-error.ts';
import type { OperationState } from '../google/operation.ts';
import type { Finding } from '../record/conclude.ts';
import { type Clock, type Deadline, deadlineIn, isShuttingDown, pause } from '../terms/clock.ts';
import { isTransient } from '../terms/status.ts';
import { ended, found } from './ask.ts';
import type { Look } from './look.ts';

/** An operation to watch. */
export type Watched = {
  name: string;
  /** As it was last seen since its cancellation was asked for, undefined where it was not. */
  seen: OperationState | undefined;
  /** Whether it was seen just now, so that it need not be looked at at once. */
  fresh: boolean;
};

/** Milliseconds of the first pause between two looks, which doubles, and of the longest. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5000;

/** Milliseconds that are kept for the last look where the deadline ends the wait. */
const LAST_LOOK = 1000;

/** How operations are watched. */
export type Watching<T extends Watched> = {
  look: Look;
  /** Milliseconds. */
  wait: number;
  deadline: Deadline;
  clock: Clock;
  /** Told what became of each. */
  conclude: (operation: T, finding: Finding) => Promise<void>;
};

/**
 * Watches operations whose cancellation was asked for, together: looks at once, and then with growing pauses until all are
 * done, or `wait` has passed, or the instance shuts down.
 */
export async function watch<T extends Watched>(watched: readonly T[], watching: Watching<T>): Promise<void> {
  const { look, wait, deadline, clock, conclude } = watching;
  const left = deadline.left();
  const end = deadlineIn(clock, Math.min(wait, left - Math.min(LAST_LOOK, left / 5)), deadline.shutdown);
  const conclusions: Promise<void>[] = [];
  let running = watched;
  let unseen = watched.filter(({ fresh }) => !fresh);
  for (let rest = FIRST_PAUSE; running.length > 0; rest = Math.min(rest * 2, LONGEST_PAUSE)) {
    const states = await look(unseen.map(({ name }) => name));
    const isOver = end.left() === 0 || isShuttingDown(deadline);
    running = running.flatMap((operation) => {
      const state = states.get(operation.name) ?? operation.seen;
      const finding = state && findingOf(state, operation.seen, isOver);
      if (finding === undefined) return state === undefined || isApiError(state) ? operation : { ...operation, seen: state };
      conclusions.push(conclude(operation, finding));
      return [];
    });
    unseen = [...running];
    if (running.length > 0) await pause(clock, Math.min(rest, end.left()), deadline);
  }
  await Promise.all(conclusions);
}

/** What a look comes to: an end, or undefined where another look may bring one. */
function findingOf(
  state: OperationState | ApiError,
  seen: OperationState | undefined,
  isOver: boolean,
): Finding | undefined {
  if (!isApiError(state)) {
    if (state.done) return ended(state);
    return isOver ? found('CANCEL_REQUESTED', state) : undefined;
  }
  if (!isOver && isTransient(state.code)) return undefined;
  return seen === undefined ? found('UNKNOWN', null, state) : found('CANCEL_REQUESTED', seen);
}
