/** What a credential looks like wherever it turns up: a bearer token, a Google access token, a JWT, a webhook secret. */
const SECRETS = /(?i:bearer)\s+[\w.~+/=-]{12,}|ya29\.[\w.~+/-]+|eyJ[\w-]{8,}(?:\.[\w-]*){0,2}|whsec_[A-Za-z0-9+/=]+/g;

// Written out: \p{Cc} says the same and takes ten times as long to compile, at the expense of the first request.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /[\0-\x1F\x7F-\x9F]+/g;

/**
 * Text from outside, made fit for a record: without control characters and without anything that looks like a credential,
 * well-formed, at most `most` UTF-16 units long.
 */
export function bounded(text: string, most: number): string {
  // Cut first, so that a megabyte costs no more than a line; what a cut leaves of a credential is cut to nothing below.
  const clean = text
    .slice(0, most * 2)
    .toWellFormed()
    .replace(CONTROL, ' ')
    .replace(SECRETS, '[redacted]');
  return clean.length <= most ? clean : `${clean.slice(0, most - 1).toWellFormed()}…`;
}

/** The same for what may be missing: null where there is nothing. */
export function boundedOrNull(text: string | null | undefined, most: number): string | null {
  return text === undefined || text === null || text === '' ? null : bounded(text, most);
}
