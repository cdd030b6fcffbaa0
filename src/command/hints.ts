import type { Reason } from '../terms/reason.ts';
import { isLocation, isOperationId, isProject } from '../terms/resource-name.ts';

const OPERATION = 'projects/{project}/locations/{location}/operations/{operation}';
const PARENT = 'projects/{project}/locations/{location}';

/** The form of the name that is expected in a field, for the sentences of its refusals. */
export function formOf(field: string): string {
  if (/^(?:parent|select)$/.test(field)) return PARENT;
  return field === 'select.target' ? `a resource name such as "${PARENT}/streams/*"` : OPERATION;
}

/** What nobody sees: soft hyphen, joiners, zero width and other than plain spaces, marks of direction, variation selectors, tags. */
export const INVISIBLE =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each is looked for by itself.
  /[\u00A0\u00AD\u034F\u061C\u115F\u1160\u1680\u17B4\u17B5\u180B-\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E0FFF}]/u;

type Mistake = { looks: (text: string) => boolean; reason: Reason };

const looks = (pattern: RegExp) => (text: string) => pattern.test(text);

/** The mistakes that people make with any resource name as a whole. The first that fits says it all. */
const OF_ANY: readonly Mistake[] = [
  { looks: looks(INVISIBLE), reason: 'NAME_HAS_INVISIBLE_CHARACTERS' },
  { looks: looks(/["'`\u00AB\u00B4\u00BB\u2018-\u201F\u2039\u203A\uFF02\uFF07]/), reason: 'NAME_HAS_QUOTES' },
  { looks: looks(/\$[A-Za-z_{(]|%[A-Za-z_]\w{2,}%|\{[^/]*\}|<[^/]*>|\[[^/]*\]/), reason: 'NAME_HAS_VARIABLE' },
  { looks: looks(/projects\/[^\s,;]*[\s,;]+\/?projects\//), reason: 'NAME_IS_SEVERAL' },
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  { looks: looks(/[\s\0-\x1F\x7F-\x9F]/), reason: 'NAME_HAS_WHITE_SPACE' },
  { looks: looks(/^(?:[a-z][a-z0-9+.-]*:)?\/\/|^[a-z0-9-]+\.googleapis\.com\//i), reason: 'NAME_IS_URL' },
  { looks: looks(/^\/?v1(?:alpha\d|beta\d)?\//i), reason: 'NAME_HAS_VERSION' },
  { looks: looks(/%2F/i), reason: 'NAME_IS_PERCENT_ENCODED' },
  { looks: isBase64OfCommand, reason: 'NAME_IN_BASE64' },
  { looks: looks(/^\/|.\/$/), reason: 'NAME_HAS_OUTER_SLASH' },
];

/** Those that they make with the name of an operation. */
const OF_OPERATION: readonly Mistake[] = [
  { looks: looks(/\/streams\/|backfill/i), reason: 'NAME_IS_STREAM' },
  { looks: looks(/\/(?:connectionProfiles|privateConnections)\//i), reason: 'NAME_IS_RESOURCE' },
  { looks: looks(/:[A-Za-z]+$/), reason: 'NAME_HAS_METHOD' },
  { looks: isOperationId, reason: 'NAME_IS_ID' },
  { looks: looks(/^projects\/[^/]+\/locations\/[^/]+$/), reason: 'NAME_IS_PARENT' },
];

const OF_PARENT: readonly Mistake[] = [
  { looks: looks(/^projects\/[^/]+\/locations\/[^/]+\/operations\/[^/]+$/), reason: 'PARENT_IS_OPERATION' },
  { looks: looks(/^projects\/[^/]+(?:\/locations)?$/), reason: 'PARENT_LACKS_LOCATION' },
  { looks: isProject, reason: 'PARENT_LACKS_LOCATION' },
];

/** What is wrong with a text that is not the name of an operation: the mistake that explains it all, else every part. */
export function nameProblems(text: string): readonly Reason[] {
  const whole = knownMistake(text, [...OF_ANY, ...OF_OPERATION]);
  if (whole !== undefined) return [whole];
  const { length, 1: project = '', 3: location = '', 5: operation = '' } = text.split('/');
  if (length === 1) return ['NAME_MALFORMED'];
  if (!hasParts(text, 6)) return ['NAME_HAS_WRONG_SEGMENTS'];
  const problems: Reason[] = [];
  if (!/^projects\/[^/]*\/locations\/[^/]*\/operations\//.test(text)) problems.push('NAME_HAS_WRONG_COLLECTION');
  problems.push(...projectProblems(project));
  if (isWildcard(location)) problems.push('LOCATION_IS_WILDCARD');
  else if (!isLocation(location)) problems.push('LOCATION_MALFORMED');
  if (!isOperationId(operation)) problems.push('OPERATION_MALFORMED');
  return problems;
}

/** What is wrong with a text that is not the name of a parent. */
export function parentProblems(text: string): readonly Reason[] {
  const whole = knownMistake(text, [...OF_ANY, ...OF_PARENT]);
  if (whole !== undefined) return [whole];
  const [, project = '', , location = ''] = text.split('/');
  if (!text.includes('/')) return ['PARENT_MALFORMED'];
  if (!hasParts(text, 4)) return ['NAME_HAS_WRONG_SEGMENTS'];
  const problems: Reason[] = [];
  if (!/^projects\/[^/]*\/locations\//.test(text)) problems.push('NAME_HAS_WRONG_COLLECTION');
  problems.push(...projectProblems(project));
  if (location.includes('*')) problems.push('LOCATION_IS_STAR');
  else if (location !== '-' && !isLocation(location)) problems.push('LOCATION_MALFORMED');
  return problems;
}

/** What is wrong with a text that is not the target of a selection. */
export function targetProblems(text: string): readonly Reason[] {
  return [knownMistake(text, OF_ANY) ?? 'TARGET_MALFORMED'];
}

/** Whether a text is base64, in either alphabet and over several lines perhaps, of JSON or of a name. */
export function isBase64OfCommand(text: string): boolean {
  const joined = text.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/_-]{12,}={0,2}$/.test(joined)) return false;
  return /^\s*(?:\{\s*"|"?projects\/)/.test(Buffer.from(joined, 'base64').toString());
}

function projectProblems(project: string): Reason[] {
  if (isWildcard(project)) return ['PROJECT_IS_WILDCARD'];
  return isProject(project) ? [] : ['PROJECT_MALFORMED'];
}

function isWildcard(part: string): boolean {
  return part === '-' || part.includes('*');
}

function hasParts(text: string, count: number): boolean {
  const parts = text.split('/');
  return parts.length === count && !parts.includes('');
}

function knownMistake(text: string, mistakes: readonly Mistake[]): Reason | undefined {
  return mistakes.find((mistake) => mistake.looks(text))?.reason;
}
