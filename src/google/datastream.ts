import * as z from 'zod/mini';
import type { OperationState } from '../record/schema.ts';
import type { Clock } from '../terms/clock.ts';
import { parseJson } from '../terms/json.ts';
import { isOperationName, operationIdOf, parentOf } from '../terms/resource-name.ts';
import type { ApiError } from './api-error.ts';
import type { Credentials } from './credentials.ts';
import { type Call, exchanger } from './exchange.ts';
import { operationSchema, stateOf } from './operation.ts';
import { withRetries } from './retry.ts';

export type ListedOperation = { name: string; state: OperationState };

/** Datastream's methods on operations, as google.longrunning.Operations has them. None of them rejects. */
export type Datastream = {
  /** Reads an operation, trying again where that may help. */
  get: (name: string, call: Call) => Promise<OperationState | ApiError>;
  /**
   * Asks once for an operation's cancellation, with the text for `X-Goog-Request-Reason`. Whether to ask again is the
   * caller's decision: it takes a read.
   */
  cancel: (name: string, reason: string, call: Call) => Promise<Taken | ApiError>;
  /** Reads one page of a parent's operations, trying again where that may help. The first page's token is ''. */
  list: (parent: string, pageToken: string, call: Call) => Promise<Page | ApiError>;
};

/** Datastream took the request for cancellation. */
export type Taken = { kind: 'taken' };

/** One page of operations; the token is '' where it is the last. */
export type Page = { operations: ListedOperation[]; nextPageToken: string };

const PAGE_SIZE = 500;

/** `google.protobuf.Empty`, or no body at all, which is how its reference page has it. */
const empty = z.strictObject({});

const listSchema = z.object({
  operations: z._default(z.array(operationSchema), []),
  nextPageToken: z._default(z.string(), ''),
});

/** Makes the client of the API at `endpoint`, an origin. `version` goes into `User-Agent`. */
export function datastreamClient(
  endpoint: string,
  version: string,
  credentials: Credentials,
  clock: Clock,
): Datastream {
  const exchange = exchanger(endpoint, version, credentials, clock);

  return {
    get: (name, call) =>
      withRetries(
        () => exchange({ method: 'GET', path: name }, call, (body) => readOperation(body, name)),
        call.deadline,
        clock,
      ),

    cancel: (name, reason, call) => {
      const request = { method: 'POST', path: `${name}:cancel`, headers: { 'x-goog-request-reason': reason } } as const;
      return exchange(request, call, readEmpty);
    },

    list: (parent, pageToken, call) => {
      const query = new URLSearchParams({ pageSize: String(PAGE_SIZE), ...(pageToken !== '' && { pageToken }) });
      const path = `${parent}/operations?${query}`;
      const read = (body: string) => readPage(body, parent);
      return withRetries(() => exchange({ method: 'GET', path }, call, read), call.deadline, clock);
    },
  };
}

function readOperation(body: string, name: string): OperationState | undefined {
  const { data } = operationSchema.safeParse(parseJson(body));
  return data === undefined || operationIdOf(data.name) !== operationIdOf(name) ? undefined : stateOf(data);
}

function readEmpty(body: string): Taken | undefined {
  return body === '' || empty.safeParse(parseJson(body)).success ? { kind: 'taken' } : undefined;
}

/**
 * Reads a page. Its names lead to further requests, so they are put together from the parent that was asked for, which is
 * allowed, and from ids that are checked; a name elsewhere makes the page one that the API does not document.
 */
function readPage(body: string, parent: string): Page | undefined {
  const { data } = listSchema.safeParse(parseJson(body));
  if (data === undefined) return undefined;
  const { location } = parentOf(parent) ?? {};
  const elsewhere = data.operations.some(({ name }) => !isOperationName(name) || parentOf(name)?.location !== location);
  if (elsewhere) return undefined;
  const operations = data.operations.map((operation) => ({
    name: `${parent}/operations/${operationIdOf(operation.name)}`,
    state: stateOf(operation),
  }));
  return { operations, nextPageToken: data.nextPageToken };
}
