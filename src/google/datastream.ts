import * as z from 'zod/mini';
import type { OperationState } from '../audit-record.ts';
import type { Clock, Deadline } from '../clock.ts';
import { isOperationName, operationIdOf, parentOf } from '../resource-name.ts';
import { type ApiError, apiError, parseJson, readError } from './answer.ts';
import type { Authorization, Credentials } from './credentials.ts';
import { send } from './http.ts';
import { operationSchema, stateOf } from './operation.ts';
import { isApiError, withRetries } from './retry.ts';

/** What a call of the API needs beside its arguments. */
export type Call = {
  deadline: Deadline;
  /** The caller's `traceparent`, passed on where there is one. */
  traceparent: string | undefined;
  /** Told of every request that may have reached Datastream. */
  onSent?: () => void;
};

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

/** Milliseconds that each attempt has. */
const ATTEMPT_TIMEOUT = 10_000;

const PAGE_SIZE = 500;

const MOST_BYTES = 4 * 1024 * 1024;

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

type ApiRequest = { method: 'GET' | 'POST'; path: string; headers?: Readonly<Record<string, string>> };

/** Makes what sends one request and reads its answer; `read` brings undefined for a body that the API does not document. */
function exchanger(endpoint: string, version: string, credentials: Credentials, clock: Clock) {
  const common = { 'user-agent': `datastream-operation-cancel/${version}`, accept: 'application/json' };

  async function attempt<T>(
    request: ApiRequest,
    call: Call,
    read: Read<T>,
    given: Authorization,
  ): Promise<T | ApiError> {
    const timeout = Math.min(ATTEMPT_TIMEOUT, call.deadline.left());
    if (timeout <= 0) return OUT_OF_TIME;
    const trace = call.traceparent === undefined ? {} : { traceparent: call.traceparent };
    const headers = { ...common, ...given.headers, ...trace, ...request.headers };
    const url = `${endpoint}/v1/${request.path}`;
    const result = await send({ method: request.method, url, headers, timeout, mostBytes: MOST_BYTES });
    if (result.kind === 'broken' && !result.sent) return UNREACHED;
    call.onSent?.();
    if (result.kind === 'broken') return BROKEN;
    if (result.kind === 'timeout') return TIMED_OUT;
    // Whoever answers may repeat what it was sent, and what it says goes into the record.
    const body = result.body.replaceAll(given.token, '[redacted]');
    if (result.http < 200 || result.http > 299) return readError(result.http, result.headers, body, clock.now());
    return read(body) ?? UNDOCUMENTED;
  }

  return async function exchange<T extends object>(
    request: ApiRequest,
    call: Call,
    read: Read<T>,
  ): Promise<T | ApiError> {
    const served = credentials.current();
    if (served !== undefined) {
      const result = await attempt(request, call, read, served);
      if (!isApiError(result) || result.code !== 'UNAUTHENTICATED') return result;
      // It was revoked, or its life was cut short.
      credentials.discard(served);
    }
    const renewed = await credentials.renew(call.deadline);
    return renewed === undefined ? NO_TOKEN : attempt(request, call, read, renewed);
  };
}

type Read<T> = (body: string) => T | undefined;

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

const NO_TOKEN = apiError('UNAVAILABLE', 'No access token could be had for the runtime service account.');
const OUT_OF_TIME = apiError('DEADLINE_EXCEEDED', 'REQUEST_DEADLINE has passed.');
const TIMED_OUT = apiError('DEADLINE_EXCEEDED', 'Datastream did not answer in time.', { retriable: true, lost: true });
const BROKEN = apiError('UNAVAILABLE', 'The connection to Datastream broke.', { retriable: true, lost: true });
const UNREACHED = apiError('UNAVAILABLE', 'Datastream could not be reached.', { retriable: true });
const UNDOCUMENTED = apiError('INTERNAL', 'Datastream answered something that its API does not document.', {
  lost: true,
});
