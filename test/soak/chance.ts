/** Chance that a seed decides, so that what it brought can be had again. */
export type Chance = {
  /** From 0 up to 1. */
  number: () => number;
  /** A whole number, both ends included. */
  integer: (from: number, to: number) => number;
  happens: (probability: number) => boolean;
  pick: <T>(from: readonly [T, ...T[]]) => T;
  /** One of several things, each as likely as its weight says. */
  weighed: <T>(from: readonly [readonly [number, T], ...(readonly [number, T])[]]) => T;
};

/** Makes chance that depends on these numbers and on nothing else: the same numbers bring the same. */
export function chance(...seeds: readonly number[]): Chance {
  let state = seeds.reduce((mixed, seed) => scramble(mixed ^ Math.imul(seed + 1, 0x9e3779b1)), 0x2545f491);
  const number = () => {
    // mulberry32 by Tommy Ettinger, in the public domain.
    state = (state + 0x6d2b79f5) | 0;
    return (scramble(state) >>> 0) / 2 ** 32;
  };
  const integer = (from: number, to: number) => from + Math.floor(number() * (to - from + 1));
  return {
    number,
    integer,
    happens: (probability) => number() < probability,
    pick: (from) => from[integer(0, from.length - 1)] ?? from[0],
    weighed(from) {
      let left = number() * from.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, thing] of from) {
        left -= weight;
        if (left < 0) return thing;
      }
      return from[0][1];
    },
  };
}

/** A number that a text always brings, to make chance of it. */
export function seedOf(text: string): number {
  let seed = 0;
  for (const letter of text) seed = scramble(seed ^ (letter.codePointAt(0) ?? 0));
  return seed >>> 0;
}

function scramble(value: number): number {
  const once = Math.imul(value ^ (value >>> 15), value | 1);
  const twice = once ^ (once + Math.imul(once ^ (once >>> 7), once | 61));
  return twice ^ (twice >>> 14);
}
