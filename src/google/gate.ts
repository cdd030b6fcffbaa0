import { atDeadline, type Deadline } from '../terms/clock.ts';
import { type ApiError, outOfTime } from './api-error.ts';

/** Lets a task through: at once, or when it is its turn, or not at all where the deadline comes first. */
export type Gate = <T>(task: () => Promise<T | ApiError>, deadline: Deadline) => Promise<T | ApiError>;

/** Makes a gate behind which at most so many tasks are at a time; the others wait in the order in which they came. */
export function gate(most: number): Gate {
  let inside = 0;
  const waiting = new Set<() => void>();

  const turn = (deadline: Deadline): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const enter = () => leaveQueue(true);
    const off = atDeadline(deadline, () => leaveQueue(false));
    const leaveQueue = (entered: boolean) => {
      waiting.delete(enter);
      off();
      resolve(entered);
    };
    waiting.add(enter);
    return promise;
  };

  return async (task, deadline) => {
    // A place that becomes free goes to the one who waits longest, and is never free in between.
    if (inside < most) inside++;
    else if (!(await turn(deadline))) return outOfTime(deadline);
    try {
      return await task();
    } finally {
      const [next] = waiting;
      if (next === undefined) inside--;
      else next();
    }
  };
}
