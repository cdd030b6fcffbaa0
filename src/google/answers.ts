import * as z from 'zod/mini';
import { isOperationName, isParentName, operationIdOf, parentOf } from '../terms/resource-name.ts';
import { type ApiError, ownError } from './api-error.ts';
import { type OperationState, operationSchema, stateOf } from './operation.ts';

/*
 * Readers of the answers of Datastream's methods: each brings undefined for what the API does not document. Null stands
 * for a default (proto3's JSON).
 */

/** Datastream took the request for cancellation. */
export type Taken = { kind: 'taken' };

export type ListedOperation = { name: string; state: OperationState };

/** One page of operations; the token is '' where it is the last. */
export type Page = { operations: ListedOperation[]; nextPageToken: string };

export function readOperation(answer: unknown, name: string): OperationState | undefined {
  const { data } = operationSchema.safeParse(answer);
  return data === undefined || operationIdOf(data.name) !== operationIdOf(name) ? undefined : stateOf(data);
}

/** `google.protobuf.Empty`, or no body at all, which is how its reference page has it. */
const empty = z.strictObject({});

export function readTaken(answer: unknown): Taken | undefined {
  return answer === null || empty.safeParse(answer).success ? { kind: 'taken' } : undefined;
}

const listSchema = z.object({
  operations: z.nullish(z.array(operationSchema)),
  nextPageToken: z.nullish(z.string()),
  unreachable: z.nullish(z.array(z.string())),
});

const LIST_INCOMPLETE = ownError('LIST_INCOMPLETE');

/**
 * Reads a page. Its names lead to further requests, so they are put together from the parent that was asked for, which is
 * allowed, and from ids that are checked; a name elsewhere makes the page one that the API does not document.
 */
export function readPage(answer: unknown, parent: string): Page | ApiError | undefined {
  const { data } = listSchema.safeParse(answer);
  if (data === undefined) return undefined;
  if (data.unreachable && data.unreachable.length > 0) return LIST_INCOMPLETE;
  const { location } = parentOf(parent) ?? {};
  const listed = data.operations ?? [];
  if (listed.some(({ name }) => !isOperationName(name) || parentOf(name)?.location !== location)) return undefined;
  const operations = listed.map((operation) => ({
    name: `${parent}/operations/${operationIdOf(operation.name)}`,
    state: stateOf(operation),
  }));
  return { operations, nextPageToken: data.nextPageToken ?? '' };
}

const locationsSchema = z.object({
  locations: z.nullish(z.array(z.object({ name: z.nullish(z.string()), locationId: z.nullish(z.string()) }))),
  nextPageToken: z.nullish(z.string()),
});

/** Reads a page of locations: their ids, which lead to further requests and so are checked. */
export function readLocations(answer: unknown, project: string): { ids: string[]; nextPageToken: string } | undefined {
  const { data } = locationsSchema.safeParse(answer);
  if (data === undefined) return undefined;
  const ids = (data.locations ?? []).map(({ name, locationId }) => locationId || name?.split('/').at(-1) || '');
  if (!ids.every((id) => isParentName(`projects/${project}/locations/${id}`))) return undefined;
  return { ids, nextPageToken: data.nextPageToken ?? '' };
}
