import type { Shape } from './shapes.ts';

/** Settings of the stand-in. Times are milliseconds. */
export interface PubSubOptions {
  /** Where messages are pushed, `http://…`; may be changed later. */
  readonly pushEndpoint: string;
  /** `projects/P/topics/T`. */
  readonly topic?: string;
  /** `projects/P/subscriptions/S`. */
  readonly subscription?: string;
  readonly shape?: Shape;
  /** Google's default, 10 s; it is also how long a request may take. */
  readonly ackDeadlineMs?: number;
  /** The pause after a message's first failure; default 10 ms, a thousandth of Google's. It doubles each time. */
  readonly minimumBackoffMs?: number;
  /** The longest pause; default 600 ms, a thousandth of Google's. */
  readonly maximumBackoffMs?: number;
  /** The most requests at once, default 100. */
  readonly maxOutstanding?: number;
  /** Begin with one request at once and adapt, as Pub/Sub does; default true. */
  readonly slowStart?: boolean;
  /** Dead-letter policy: given up after so many attempts, and the attempt is written into the envelope. */
  readonly maxDeliveryAttempts?: number;
  /** Added to every request, over what the shape says; such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** This share (0 to 1) of the messages has its first acknowledgement lost, so it comes once more. */
  readonly duplicates?: { readonly share: number; readonly seed: number };
  /** Milliseconds since the epoch, for publish times. */
  readonly now?: () => number;
  /** Waits out a pause; rejects when the signal is aborted. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The pause in milliseconds after the given failed attempt (from 1): Pub/Sub's exponential `retryPolicy`. */
export function backoffMs(attempt: number, minimumMs: number, maximumMs: number): number {
  return Math.min(maximumMs, minimumMs * 2 ** (attempt - 1));
}

/** A repeatable source of numbers from 0 up to 1 (an LCG with the constants of Numerical Recipes). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
