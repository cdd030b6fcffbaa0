import { readApis } from './extracts.ts';
import type { Field } from './schema/messages.ts';

/*
 * A JSON file against a message of Google's API, strictly: gcloud sends a misspelt field on, and the API drops it or
 * refuses it when somebody deploys. proto3's JSON mapping: names in camel case, enums by name, Durations as text.
 */

const apis = readApis();

/** Every problem, a line each. */
export function messageProblems(value: unknown, message: string, path = '$'): string[] {
  const described = apis.messages[message];
  if (described === undefined) return [`${path}: the extract has no ${message}`];
  if (!isObject(value)) return [`${path}: must be an object`];
  const unknown = Object.keys(value).filter((name) => described.fields[name] === undefined);
  const clashes = described.oneofs
    .map((oneof) => oneof.filter((name) => name in value))
    .filter((set) => set.length > 1);
  const missing = Object.entries(described.fields).filter(([name, { required }]) => required && !(name in value));
  return [
    ...unknown.map((name) => `${path}: ${message} has no field ${name}`),
    ...clashes.map((set) => `${path}: only one of ${set.join(', ')}`),
    ...missing.map(([name]) => `${path}: ${name} is missing`),
    ...Object.entries(value).flatMap(([name, inner]) =>
      fieldProblems(inner, described.fields[name], `${path}.${name}`),
    ),
  ];
}

function fieldProblems(value: unknown, field: Field | undefined, path: string): string[] {
  if (field === undefined) return [];
  if (field.outputOnly) return [`${path}: is set by the API alone`];
  if (field.map) {
    if (!isObject(value)) return [`${path}: must be an object`];
    return Object.entries(value).flatMap(([key, inner]) => valueProblems(inner, field.type, `${path}.${key}`));
  }
  if (!field.repeated) return valueProblems(value, field.type, path);
  if (!Array.isArray(value)) return [`${path}: must be a list`];
  return value.flatMap((inner, index) => valueProblems(inner, field.type, `${path}[${index}]`));
}

const integer = (value: unknown) => Number.isInteger(value);
const number = (value: unknown) => typeof value === 'number';
const text = (value: unknown) => typeof value === 'string';

const scalars: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: text,
  bool: (value) => typeof value === 'boolean',
  double: number,
  float: number,
  int32: integer,
  int64: (value) => integer(value) || (typeof value === 'string' && /^-?\d+$/.test(value)),
  'google.protobuf.Duration': (value) => typeof value === 'string' && /^-?\d+(?:\.\d{1,9})?s$/.test(value),
  'google.protobuf.Empty': (value) => isObject(value) && Object.keys(value).length === 0,
};

function valueProblems(value: unknown, type: string, path: string): string[] {
  const values = apis.enums[type];
  if (values !== undefined) {
    return values.some((one) => one === value) ? [] : [`${path}: is no ${type}`];
  }
  const scalar = scalars[type];
  if (scalar !== undefined) return scalar(value) ? [] : [`${path}: is no ${type}`];
  return messageProblems(value, type, path);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
