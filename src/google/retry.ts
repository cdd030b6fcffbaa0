import type { Clock, Deadline } from '../terms/clock.ts';
import { type ApiError, isApiError } from './api-error.ts';

export const MOST_ATTEMPTS = 5;

/** Milliseconds of the first pause and of the longest one before jitter. */
const SHORTEST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

/**
 * Milliseconds to pause after that many failed attempts: doubling, never shorter than the other side asked for, with
 * jitter added on top so that many callers do not come back at once.
 */
export function pauseAfter(attempts: number, error: ApiError, clock: Clock): number {
  const doubling = Math.min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** (attempts - 1));
  return Math.max(doubling, error.retryAfter ?? 0) + clock.random() * doubling * 0.5;
}

/** Attempts a call until it brings something or an error that another attempt would not mend; then the last error stands. */
export async function withRetries<T extends object>(
  attempt: () => Promise<T | ApiError>,
  deadline: Deadline,
  clock: Clock,
): Promise<T | ApiError> {
  for (let attempts = 1; ; attempts++) {
    const result = await attempt();
    if (!isApiError(result) || !result.retriable || attempts === MOST_ATTEMPTS) return result;
    const pause = pauseAfter(attempts, result, clock);
    if (pause >= deadline.left()) return result;
    await clock.sleep(pause);
  }
}
