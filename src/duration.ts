import * as z from 'zod';

/** The longest Duration that google/protobuf/duration.proto allows, in seconds. */
const LONGEST_SECONDS = 315_576_000_000;

/** A Duration in JSON, such as "30s" or "0.5s", not negative. Source: google/protobuf/duration.proto, JSON mapping. */
export const durationText = z
  .string({ error: 'must be a Duration string such as "30s" or "0.5s".' })
  .refine((text) => /^\d{1,12}(?:\.\d{1,9})?s$/.test(text) && seconds(text) <= LONGEST_SECONDS, {
    error: 'must be a Duration such as "30s" or "0.5s", not negative.',
  });

/** The same, read into milliseconds. */
export const duration = durationText.transform(milliseconds);

/** The milliseconds of a Duration's text. */
export function milliseconds(text: string): number {
  return seconds(text) * 1000;
}

function seconds(text: string): number {
  return Number.parseFloat(text);
}
