/** Time and chance, given to what decides by them so that a test can hold both. Timeouts of sockets and streams are real. */
export type Clock = {
  /** Wall-clock time in milliseconds since the epoch: for records. */
  now: () => number;
  /** Monotonic milliseconds from an arbitrary start: for deadlines. */
  elapsed: () => number;
  /** Resolves after that many milliseconds. */
  sleep: (milliseconds: number) => Promise<void>;
  /** A number in [0, 1): for jitter. */
  random: () => number;
};

/** The longest delay in milliseconds that a Node.js timer takes; with a longer one it would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  // The first use of `performance` has Node.js load all of its performance hooks, at the expense of the first request.
  elapsed: () => Number(process.hrtime.bigint()) / 1e6,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, LONGEST_TIMER))),
  random: () => Math.random(),
};

/** A point in monotonic time by which something must have ended. */
export type Deadline = {
  /** Milliseconds left, never negative, and never more than a timer takes. */
  left: () => number;
};

/** Makes the deadline that ends `milliseconds` from now. */
export function deadlineIn(clock: Clock, milliseconds: number): Deadline {
  const end = clock.elapsed() + milliseconds;
  return { left: () => Math.min(Math.max(0, end - clock.elapsed()), LONGEST_TIMER) };
}

/** What a promise brings, or rejects with, before the deadline; undefined where it brings nothing. What comes later is dropped. */
export function within<T>(deadline: Deadline, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, deadline.left(), undefined);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
