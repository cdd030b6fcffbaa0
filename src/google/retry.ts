import { type Clock, type Deadline, pause } from '../terms/clock.ts';
import { type ApiError, isApiError } from './api-error.ts';

export const MOST_ATTEMPTS = 5;

/** Milliseconds of the first pause and of the longest one before jitter. */
const SHORTEST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

/**
 * Milliseconds to pause after that many failed attempts: doubling, never shorter than the other side asked for, with
 * jitter added on top so that many callers do not come back at once. None after one that an idle connection cost: the
 * other side has not even heard of it.
 */
export function pauseAfter(attempts: number, error: ApiError, clock: Clock): number {
  if (error.stale) return 0;
  const doubling = Math.min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** (attempts - 1));
  return Math.max(doubling, error.retryAfter ?? 0) + clock.random() * doubling * 0.5;
}

/** Attempts a read until it brings something or an error that another attempt would not mend; then the last error stands. */
export async function withRetries<T extends object>(
  attempt: () => Promise<T | ApiError>,
  deadline: Deadline,
  clock: Clock,
): Promise<T | ApiError> {
  for (let attempts = 1; ; attempts++) {
    const result = await attempt();
    if (!isApiError(result) || !result.rereadable || attempts === MOST_ATTEMPTS) return result;
    const length = pauseAfter(attempts, result, clock);
    if (length >= deadline.left()) return result;
    if (length > 0) await pause(clock, length, deadline);
  }
}
