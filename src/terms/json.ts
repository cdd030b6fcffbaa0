/** The JSON of a text, undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** How deep JSON from a caller may be nested, and how many values it may have: each object, list and scalar is one. */
const MOST_LEVELS = 64;
const MOST_VALUES = 20_000;

/** The JSON of a text, or why there is none. `at` is where the parser tells that the mistake is, both counted from 1. */
export type Json =
  | { ok: true; value: unknown }
  | { ok: false; problem: 'JSON_MALFORMED'; at: { line: number; column: number } | undefined }
  | { ok: false; problem: 'JSON_TOO_COMPLEX' };

/** The JSON of a text from a caller, whose nesting would take a hundred times its length in memory. */
export function boundedJson(text: string): Json {
  if (isTooComplex(text)) return { ok: false, problem: 'JSON_TOO_COMPLEX' };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, problem: 'JSON_MALFORMED', at: placeIn(error) };
  }
}

/** V8 ends its message with the place for most mistakes; what stands before that may repeat the text. */
function placeIn(error: unknown): { line: number; column: number } | undefined {
  const [, line, column] = /\(line (\d+) column (\d+)\)$/.exec(error instanceof Error ? error.message : '') ?? [];
  return line === undefined ? undefined : { line: Number(line), column: Number(column) };
}

/** Exact for a text that is JSON. One that does not begin as an object or a list is a scalar at most. */
function isTooComplex(text: string): boolean {
  if (!/^[ \t\r\n]*[[{]/.test(text)) return false;
  let values = 1;
  let levels = 0;
  let isFirst = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === ' ' || character === '\n' || character === '\r' || character === '\t') continue;
    const closes = character === ']' || character === '}';
    if ((isFirst && !closes) || character === ',') values++;
    isFirst = character === '[' || character === '{';
    if (isFirst) levels++;
    else if (closes) levels--;
    else if (character === '"') at = endOfString(text, at);
    if (levels > MOST_LEVELS || values > MOST_VALUES) return true;
  }
  return false;
}

/** Where the string that begins at `start` ends: its closing quotation mark, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}
