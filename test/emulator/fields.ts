import type { RpcError } from './errors.ts';
import { invalidArgument } from './google-errors.ts';

// Google's partial responses: `fields=operations(name,error/code),nextPageToken` leaves everything else out of an answer.
// https://cloud.google.com/apis/docs/system-parameters

/** What an answer has: a message with its fields, a leaf, or a google.protobuf.Any, in which every field may be. */
export type Shape = 'leaf' | 'any' | { readonly [field: string]: Shape };

const operation: Shape = {
  name: 'leaf',
  metadata: 'any',
  done: 'leaf',
  error: { code: 'leaf', message: 'leaf', details: 'any' },
  response: 'any',
};
const location: Shape = { name: 'leaf', locationId: 'leaf', displayName: 'leaf', labels: 'any', metadata: 'any' };

/** What the methods answer, by the kinds of their requests. */
export const answerShapes = {
  get: operation,
  start: operation,
  list: { operations: operation, nextPageToken: 'leaf', unreachable: 'leaf' },
  getLocation: location,
  listLocations: { locations: location, nextPageToken: 'leaf' },
  cancel: {},
  delete: {},
  other: 'any',
} as const satisfies Record<string, Shape>;

/** The fields to keep, each with those to keep of its value. */
export type Selection = ReadonlyMap<string, Selection | 'whole'>;

class InvalidFields extends Error {}

/** Reads the parameter `fields` of a request whose answer has `shape`; gives the error where Google would. */
export function selectionOf(fields: string, shape: Shape): { selection: Selection } | { error: RpcError } {
  try {
    return { selection: parse(fields, shape) };
  } catch (error) {
    if (!(error instanceof InvalidFields)) throw error;
    const description = `Error expanding 'fields' parameter. ${error.message}`;
    return { error: invalidArgument('Request contains an invalid argument.', { [fields]: description }) };
  }
}

/** `value` with nothing in it but what `selection` names, if it is anything that has fields; lists are gone through. */
export function selected(value: unknown, selection: Selection | 'whole'): unknown {
  if (selection === 'whole') return value;
  if (Array.isArray(value)) return value.map((item) => selected(item, selection));
  if (typeof value !== 'object' || value === null) return undefined;
  const kept = Object.entries(value).flatMap(([field, inner]) => {
    const wanted = selection.get(field) ?? selection.get('*');
    return wanted === undefined ? [] : [[field, selected(inner, wanted)]];
  });
  return Object.fromEntries(kept);
}

/** A field is `name`, `name/field` or `name(field,field)`; the whole is such fields with commas between them. */
function parse(text: string, whole: Shape): Selection {
  const tokens = text.match(/[\w@.*-]+|[^\w@.*-]/g) ?? [];
  let at = 0;

  function take(token: string): boolean {
    if (tokens[at] !== token) return false;
    at += 1;
    return true;
  }

  function fieldsOf(shape: Shape, path: string): Selection {
    let selection = fieldOf(shape, path);
    while (take(',')) selection = merged(selection, fieldOf(shape, path));
    return selection;
  }

  function fieldOf(shape: Shape, path: string): Selection {
    const name = tokens[at] ?? '';
    if (!/^[\w@.*-]+$/.test(name)) throw new InvalidFields(`A field's name is missing in '${text}'.`);
    at += 1;
    const inner = name === '*' ? 'any' : shapeOf(shape, name);
    if (inner === undefined) throw new InvalidFields(`Cannot find matching fields for path '${path}${name}'.`);
    const within = `${path}${name}/`;
    if (take('/')) return new Map([[name, fieldOf(inner, within)]]);
    if (!take('(')) return new Map([[name, 'whole']]);
    const selection = fieldsOf(inner, within);
    if (!take(')')) throw new InvalidFields(`A parenthesis is missing in '${text}'.`);
    return new Map([[name, selection]]);
  }

  const selection = fieldsOf(whole, '');
  if (at < tokens.length) throw new InvalidFields(`'${tokens[at]}' is unexpected in '${text}'.`);
  return selection;
}

function shapeOf(shape: Shape, name: string): Shape | undefined {
  if (typeof shape === 'string') return shape === 'any' ? 'any' : undefined;
  return Object.hasOwn(shape, name) ? shape[name] : undefined;
}

function merged(left: Selection, right: Selection): Selection {
  const all = new Map(left);
  for (const [field, inner] of right) {
    const other = left.get(field) ?? inner;
    all.set(field, other === 'whole' || inner === 'whole' ? 'whole' : merged(other, inner));
  }
  return all;
}
