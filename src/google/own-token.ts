/*
 * Whoever answers may repeat the token that it was sent, and what an answer says is recorded. So the token is taken out
 * of every text of an answer, as it stands there, and as JSON or percent-encoding escape it once more.
 */

import { parseJson } from '../terms/json.ts';

/** Fewer characters than this are no token of Google's, and may stand in an answer by chance. */
const LEAST_TOKEN = 16;

const ESCAPE = /[\\%]/;

const REDACTED = '[redacted]';

/** The JSON of an answer without the token that it was asked for with; undefined where it is none. */
export function parseWithout(token: string, body: string): unknown {
  if (token.length < LEAST_TOKEN) return parseJson(body);
  // Only an escape can hide the token, and answers seldom have one: those without are parsed as fast as ever.
  if (!ESCAPE.test(body)) return parseJson(body.replaceAll(token, REDACTED));
  const pattern = new RegExp([...token].map(unit).join(''), 'gi');
  const without = (text: string) =>
    ESCAPE.test(text) ? text.replace(pattern, REDACTED) : text.replaceAll(token, REDACTED);
  return parseJson(body, (_, value) => (typeof value === 'string' ? without(value) : value));
}

/** A character of the token as a pattern: itself, or escaped. */
function unit(character: string): string {
  const hex = character.charCodeAt(0).toString(16).padStart(2, '0');
  const itself = `\\u00${hex}`;
  return `(?:\\\\?${itself}|%${hex}|\\\\u00${hex})`;
}
