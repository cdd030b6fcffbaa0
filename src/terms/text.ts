/*
 * Text from outside, made fit for a record. What looks like a credential is found wherever it turns up: Google's access and
 * refresh tokens and API keys, JWTs, webhook secrets, PEM blocks, and what follows "Bearer" or "Basic".
 */
const SECRETS =
  /(?i:bearer)\s+[\w.~+/=\\%-]{20,}|ya29\.[\w.~+/\\%-]+|1\/\/0[\w-]{20,}|AIza[\w-]{30,}|eyJ[\w-]{8,}(?:\.[\w-]*){0,2}|whsec_[A-Za-z0-9+/=]+|-----BEGIN [A-Z0-9 ]+-----(?:[^-]|-(?!----END))*(?:-----END [A-Z0-9 ]+-----)?/g;

const BASIC = /(?i:basic)\s+([A-Za-z0-9+/_-]{4,}={0,2})/g;

// Written out: \p{Cc} says the same and takes ten times as long to compile, at the expense of the first request.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /[\0-\x1F\x7F-\x9F]+/g;

const REDACTED = '[redacted]';

/** Whether a text has what looks like a credential in it. */
export function looksSecret(text: string): boolean {
  return withoutSecrets(text) !== text;
}

function withoutSecrets(text: string): string {
  return text
    .replace(SECRETS, REDACTED)
    .replace(BASIC, (found, encoded: string) => (isNameAndPassword(encoded) ? REDACTED : found));
}

/** Whether base64 holds what Basic authentication has: a name, a colon and a password in legible characters (RFC 7617). */
function isNameAndPassword(encoded: string): boolean {
  return /^[ -9;-~]+:[ -~]+$/.test(Buffer.from(encoded, 'base64').toString('latin1'));
}

/**
 * Text from outside as a record has it: without control characters and without anything that looks like a credential,
 * well-formed, at most `most` UTF-16 units long.
 */
export function bounded(text: string, most: number): string {
  // Cut first, so that a megabyte costs no more than a line; what a cut leaves of a credential is cut to nothing below.
  return cut(withoutSecrets(legible(text.slice(0, most * 2))), most);
}

/** The same for what may be missing: null where there is nothing. */
export function boundedOrNull(text: string | null | undefined, most: number): string | null {
  return text === undefined || text === null || text === '' ? null : bounded(text, most);
}

/** The same for what stands whatever it looks like: names of resources, and principals that were verified. */
export function standing(text: string | null | undefined, most: number): string | null {
  return text === undefined || text === null || text === '' ? null : cut(legible(text.slice(0, most * 2)), most);
}

/** What somebody typed, for a sentence: in quotation marks, with none of them inside. */
export function quoted(text: string): string {
  return `"${text.replace(/["\u201C-\u201F]/g, "'")}"`;
}

function legible(text: string): string {
  return text.toWellFormed().replace(CONTROL, ' ');
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;
}
