import type { Quota } from './schema.ts';

/** Takes one call at `now` (ms since 1970) and gives 0, or the ms until there is room for one; a refused call takes none. */
export type Meter = (now: number) => number;

/** A meter for `quota`; it remembers the times of the last `limit` calls and nothing else. */
export function createMeter({ limit, windowMs }: Quota): Meter {
  const times = new Float64Array(limit).fill(Number.NEGATIVE_INFINITY);
  let next = 0;
  return (now) => {
    const free = (times[next] ?? 0) + windowMs;
    if (free > now) return free - now;
    times[next] = now;
    next = (next + 1) % limit;
    return 0;
  };
}
