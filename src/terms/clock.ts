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

/** The end of the instance, which the platform announces some seconds before. */
export type Shutdown = {
  /** Milliseconds in which all work must end; Infinity while the end is not announced. */
  left: () => number;
  /** Has `listener` called when the end is announced, unless what comes back is called before. */
  onAnnounced: (listener: () => void) => () => void;
};

export const NO_SHUTDOWN: Shutdown = { left: () => Number.POSITIVE_INFINITY, onAnnounced: () => () => {} };

/** A point in monotonic time by which something must have ended, and which an announced shutdown brings nearer. */
export type Deadline = {
  /** Milliseconds left, never negative, and never more than a timer takes. */
  left: () => number;
  shutdown: Shutdown;
};

/** Makes the deadline that ends `milliseconds` from now. */
export function deadlineIn(clock: Clock, milliseconds: number, shutdown: Shutdown): Deadline {
  const end = clock.elapsed() + milliseconds;
  return { left: () => Math.min(Math.max(0, Math.min(end - clock.elapsed(), shutdown.left())), LONGEST_TIMER), shutdown };
}

/** Whether the instance is shutting down, so that nothing is waited for that need not be. */
export function isShuttingDown({ shutdown }: Deadline): boolean {
  return shutdown.left() !== Number.POSITIVE_INFINITY;
}

/**
 * Has `late` called once, when the deadline has passed or `most` milliseconds have, whichever is sooner; a shutdown that is
 * announced meanwhile counts. What comes back takes it off.
 */
export function atDeadline(deadline: Deadline, late: () => void, most = LONGEST_TIMER): () => void {
  let timer = setTimeout(late, Math.min(most, deadline.left()));
  const off = deadline.shutdown.onAnnounced(() => {
    clearTimeout(timer);
    timer = setTimeout(late, Math.min(most, deadline.left()));
  });
  return () => {
    clearTimeout(timer);
    off();
  };
}

/** What a promise brings, or rejects with, before the deadline; undefined where it brings nothing. What comes later is dropped. */
export function within<T>(deadline: Deadline, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const off = atDeadline(deadline, () => resolve(undefined));
    promise.then(resolve, reject).finally(off);
  });
}

/** Resolves after that many milliseconds, or at once when a shutdown is announced. */
export async function pause(clock: Clock, milliseconds: number, { shutdown }: Deadline): Promise<void> {
  const announced = Promise.withResolvers<void>();
  const off = shutdown.onAnnounced(announced.resolve);
  await Promise.race([clock.sleep(milliseconds), announced.promise]);
  off();
}
