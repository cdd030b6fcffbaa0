import { type Clock, type Deadline, isShuttingDown, pause } from '../terms/clock.ts';

/** The pace of calls that share Datastream's quota: once it is used up, all of them hold back. */
export type Pace = {
  /** Resolves when the next call may leave. */
  ready: () => Promise<void>;
  /** Holds all calls back for that many milliseconds from now. */
  hold: (milliseconds: number) => void;
};

export function newPace(clock: Clock, deadline: Deadline): Pace {
  let notBefore = Number.NEGATIVE_INFINITY;
  return {
    ready: async () => {
      for (;;) {
        const left = Math.min(notBefore - clock.elapsed(), deadline.left());
        if (left <= 0 || isShuttingDown(deadline)) return;
        await pause(clock, left, deadline);
      }
    },
    hold: (milliseconds) => {
      notBefore = Math.max(notBefore, clock.elapsed() + milliseconds);
    },
  };
}
