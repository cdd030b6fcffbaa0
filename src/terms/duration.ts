import * as z from 'zod/mini';

/** The longest Duration that google/protobuf/duration.proto allows, in seconds. */
const LONGEST_SECONDS = 315_576_000_000;

const EXAMPLES = 'such as "30s" or "0.5s"';

/** A Duration in JSON, such as "30s" or "0.5s", not negative. Source: google/protobuf/duration.proto, JSON mapping. */
export const durationText = z
  .string({ error: `must be a Duration string ${EXAMPLES}.` })
  .check(z.refine(isDuration, { error: `must be a Duration ${EXAMPLES}, not negative.` }));

/** The same, read into milliseconds. */
export const duration = z.pipe(durationText, z.transform(milliseconds));

/** The milliseconds of a Duration's text. */
export function milliseconds(text: string): number {
  return seconds(text) * 1000;
}

function isDuration(text: string): boolean {
  return /^\d{1,12}(?:\.\d{1,9})?s$/.test(text) && seconds(text) <= LONGEST_SECONDS;
}

function seconds(text: string): number {
  return Number.parseFloat(text);
}
