import { type Violation, violation } from '../terms/refusal.ts';
import { closest } from '../terms/slip.ts';

/** What other interfaces call the fields of a command, in lower case and without underscores. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  operation: 'name',
  operationname: 'name',
  operationid: 'name',
  id: 'name',
  resource: 'name',
  resourcename: 'name',
  operations: 'names',
  operationnames: 'names',
  operationids: 'names',
  ids: 'names',
  location: 'parent',
  project: 'parent',
  filter: 'select',
  selector: 'select',
  selection: 'select',
  limit: 'maxOperations',
  max: 'maxOperations',
  maxcount: 'maxOperations',
  comment: 'reason',
  why: 'reason',
  justification: 'reason',
  correlationid: 'requestId',
  idempotencykey: 'requestId',
  clientrequestid: 'requestId',
  dryrun: 'validateOnly',
  validate: 'validateOnly',
  checkonly: 'validateOnly',
  whatif: 'validateOnly',
  timeout: 'wait',
  waitseconds: 'wait',
  waittime: 'wait',
  waituntildone: 'untilDone',
  untilfinished: 'untilDone',
  verb: 'verbs',
  targets: 'target',
  age: 'minAge',
  olderthan: 'minAge',
};

/** The field that is meant by a key that is none. Undefined where it is like none. */
export function meantBy(key: string, known: readonly string[]): string | undefined {
  const plain = key.toLowerCase().replaceAll(/[_-]/g, '');
  const other = Object.hasOwn(ELSEWHERE, plain) ? ELSEWHERE[plain] : undefined;
  return other !== undefined && known.includes(other) ? other : closest(key, known);
}

/** The problem with an unknown field of an object, which stands at `path`; `known` belong there, `others` elsewhere. */
export function unknownField(
  key: string,
  path: string,
  known: readonly string[],
  others: readonly string[],
): Violation {
  // What is no identifier may be a whole text that a form's parser took for a name, with whatever is in it.
  if (!/^[A-Za-z0-9_]{1,64}$/.test(key)) return violation('FIELD_NAME_MALFORMED', path);
  const field = path === '' ? key : `${path}.${key}`;
  const meant = meantBy(key, known);
  if (meant !== undefined) return violation('FIELD_MISSPELT', field, { meant });
  const place = path === '' ? 'inside select' : 'beside select, not inside it';
  return others.includes(key) ? violation('FIELD_MISPLACED', field, { place }) : violation('FIELD_UNKNOWN', field);
}
