import type { Clock } from '../../src/terms/clock.ts';

/** A clock that stands still until it is told to go on, and that sleeps in no time. */
export type HeldClock = Clock & {
  /** Every pause that was made, in milliseconds. */
  readonly sleeps: number[];
  advance: (milliseconds: number) => void;
};

/**
 * Makes a held clock. A sleep moves it on by exactly its milliseconds.
 *
 * @param random what it answers for chance: 0 makes no jitter
 */
export function heldClock(random = 0, start = Date.parse('2026-11-22T10:15:00.000Z')): HeldClock {
  const sleeps: number[] = [];
  let passed = 0;
  const advance = (milliseconds: number) => {
    passed += milliseconds;
  };
  return {
    sleeps,
    advance,
    now: () => start + passed,
    elapsed: () => passed,
    random: () => random,
    sleep: async (milliseconds) => {
      sleeps.push(milliseconds);
      advance(milliseconds);
    },
  };
}
