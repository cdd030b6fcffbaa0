import { boundedJson } from '../terms/json.ts';
import type { Reason } from '../terms/reason.ts';
import { type Violation, violation } from '../terms/refusal.ts';
import { INVISIBLE, isBase64OfCommand } from './hints.ts';

/** The fields of a JSON object, nothing known of their values yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a payload says, or why it says nothing. */
type Content = { fields: Fields } | { problem: Violation };

/** Skips a byte order mark. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The fields of a JSON object, or a bare name as if it were one. */
export function contentOf(payload: Buffer): Content {
  let text: string;
  try {
    text = utf8.decode(payload).trim();
  } catch {
    return refused(isGzip(payload) ? 'PAYLOAD_COMPRESSED' : 'PAYLOAD_NOT_UTF8');
  }
  if (text === '') return refused('PAYLOAD_EMPTY');
  const json = boundedJson(text);
  if (json.ok) return isFields(json.value) ? { fields: json.value } : refused(notAnObject(json.value));
  if (json.problem === 'JSON_TOO_COMPLEX') return refused(json.problem);
  const mistake = mistakeIn(text);
  if (mistake !== undefined) return refused(mistake);
  if (isBase64OfCommand(text)) return refused('PAYLOAD_IN_BASE64');
  if (!/^[[{"]/.test(text)) return { fields: { name: text } };
  const where = json.at === undefined ? '' : `; the mistake is at line ${json.at.line}, column ${json.at.column}`;
  return { problem: violation('JSON_MALFORMED', '', { where }) };
}

export function isFields(content: unknown): content is Fields {
  return typeof content === 'object' && content !== null && !Array.isArray(content);
}

type Mistake = { looks: RegExp; reason: Reason };

/** What people send that is no JSON. The first that fits is told. */
const MISTAKES: readonly Mistake[] = [
  // UTF-16 without its mark has every other byte zero.
  { looks: /^.?\0/s, reason: 'PAYLOAD_NOT_UTF8' },
  { looks: /^[\u00AB\u2018-\u201F\u2039]\s*[[{]/, reason: 'JSON_TYPOGRAPHIC_QUOTES' },
  { looks: /^['"`]\s*[[{]/, reason: 'PAYLOAD_IN_QUOTES' },
  { looks: /^<(?:[?!]|[\s\S]*(?:<\/|\/>))/, reason: 'PAYLOAD_IS_MARKUP' },
  { looks: /^[A-Za-z_][\w.%[\]-]*=|^--\S+\r?\ncontent-disposition:/i, reason: 'PAYLOAD_IS_FORM' },
  { looks: /^(?:---\s+)?[A-Za-z]\w*:\s/, reason: 'PAYLOAD_IS_YAML' },
];

/** What breaks JSON, where it stands outside of strings. */
const JSON_MISTAKES: readonly Mistake[] = [
  { looks: /^\{\s*\\["n]/, reason: 'PAYLOAD_IN_STRING' },
  { looks: /[\u00AB\u00BB\u2018-\u201F\u2039\u203A]/, reason: 'JSON_TYPOGRAPHIC_QUOTES' },
  { looks: INVISIBLE, reason: 'JSON_INVISIBLE_CHARACTERS' },
  { looks: /[{[:,]\s*'/, reason: 'JSON_SINGLE_QUOTES' },
  { looks: /^\{\s*[A-Za-z_]\w*\s*:/, reason: 'JSON_UNQUOTED_KEYS' },
];

function mistakeIn(text: string): Reason | undefined {
  if (!/^[[{]/.test(text)) return MISTAKES.find(({ looks }) => looks.test(text))?.reason;
  const outside = text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/gs, '""');
  return JSON_MISTAKES.find(({ looks }) => looks.test(outside))?.reason;
}

function notAnObject(value: unknown): Reason {
  if (Array.isArray(value)) return 'JSON_IS_A_LIST';
  if (typeof value !== 'string') return 'JSON_NOT_AN_OBJECT';
  if (isBase64OfCommand(value)) return 'PAYLOAD_IN_BASE64';
  return /^\s*[[{]/.test(value) ? 'PAYLOAD_IN_STRING' : 'PAYLOAD_IN_QUOTES';
}

function isGzip(payload: Buffer): boolean {
  return payload[0] === 0x1f && payload[1] === 0x8b;
}

function refused(reason: Reason): Content {
  return { problem: violation(reason) };
}
