import * as z from 'zod/mini';

/** The longest Duration that google/protobuf/duration.proto allows, in seconds. */
const LONGEST_SECONDS = 315_576_000_000;

/** A Duration's text and its milliseconds. */
export type Duration = { text: string; milliseconds: number };

/**
 * A Duration in JSON, such as "30s" or "0.5s", not negative. Source: google/protobuf/duration.proto, JSON mapping.
 *
 * @param error what is said where it is none
 */
export function durationText(error: string) {
  return z
    .string({ error })
    .check(z.regex(/^\d{1,12}(?:\.\d{1,9})?s$/, { error }), z.refine((text) => seconds(text) <= LONGEST_SECONDS, { error }));
}

/** The milliseconds of a Duration's text. */
export function milliseconds(text: string): number {
  return seconds(text) * 1000;
}

export function durationOf(text: string): Duration {
  return { text, milliseconds: milliseconds(text) };
}

function seconds(text: string): number {
  return Number.parseFloat(text);
}
