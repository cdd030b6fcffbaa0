/** What JSON from a caller may have: levels of nesting, and values (each object, array and scalar is one). */
const MOST_LEVELS = 64;
const MOST_VALUES = 20_000;

/** What a text comes to. The message is the parser's own, which repeats what was sent. */
export type Json =
  | { kind: 'value'; value: unknown }
  | { kind: 'malformed'; message: string }
  | { kind: 'too complex' };

/** Parses a text that may be hostile: little JSON can become much memory. */
export function boundedJson(text: string): Json {
  if (isTooComplex(text)) return { kind: 'too complex' };
  try {
    return { kind: 'value', value: JSON.parse(text) };
  } catch (error) {
    return { kind: 'malformed', message: error instanceof Error ? error.message : '' };
  }
}

/** The JSON of a text whose size was bounded before, undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a text has more JSON in it than may be, told without parsing it. Of what is no JSON it tells nothing of use. */
function isTooComplex(text: string): boolean {
  let levels = 0;
  let values = 1;
  /** Just behind an opening bracket: what comes next is its first value, unless it is the closing one. */
  let opened = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character <= ' ') continue;
    const closes = character === ']' || character === '}';
    if (closes) levels -= 1;
    else if (opened) values += 1;
    opened = character === '[' || character === '{';
    if (opened) levels += 1;
    if (character === ',') values += 1;
    if (character === '"') at = endOfString(text, at);
    if (levels > MOST_LEVELS || values > MOST_VALUES) return true;
  }
  return false;
}

/** Where the string ends that starts at `start`; the end of the text where it does not. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charAt(at - 1 - escapes) === '\\') escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return text.length;
}
