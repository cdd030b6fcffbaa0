import type { Clock, Deadline } from '../terms/clock.ts';
import { type ApiError, apiError, isApiError, readError } from './api-error.ts';
import type { Authorization, Credentials } from './credentials.ts';
import { type HttpResult, send } from './http.ts';

/** What a call of the API needs beside its arguments. */
export type Call = {
  deadline: Deadline;
  /** The caller's `traceparent`, passed on where there is one. */
  traceparent: string | undefined;
  /** Told of every request that may have reached Datastream. */
  onSent?: () => void;
};

/** Milliseconds that each attempt has. */
const ATTEMPT_TIMEOUT = 10_000;

/** Most bytes of an answer: a page of operations is far below it. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Makes something of the body of a success, undefined where it is not what the API documents. */
type Read<T> = (body: string) => T | undefined;

/** One request of the API; the path stands behind `/v1/`. */
type ApiRequest = { method: 'GET' | 'POST'; path: string; headers?: Readonly<Record<string, string>> };

/**
 * Makes what sends one request, with a new token where the one that has served is refused, and reads its answer.
 *
 * @param endpoint an origin
 * @param version goes into `User-Agent`
 */
export function exchanger(endpoint: string, version: string, credentials: Credentials, clock: Clock) {
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
    if (result.kind === 'answer' || result.sent) call.onSent?.();
    if (result.kind !== 'answer') return errorOf(result);
    const body = withoutToken(result.body, given.token);
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

/** Fewer characters than this are no token of Google's, and may stand in an answer by chance. */
const LEAST_TOKEN = 16;

/** What was answered, without the token: whoever answers may repeat what it was sent, and what it says is recorded. */
function withoutToken(body: string, token: string): string {
  return token.length < LEAST_TOKEN ? body : body.replaceAll(token, '[redacted]');
}

/** Why there is no answer. What may have been carried out all the same is lost, what never left is not. */
function errorOf({ kind, sent }: Exclude<HttpResult, { kind: 'answer' }>): ApiError {
  if (kind === 'timeout') return sent ? TIMED_OUT : CONNECT_TIMED_OUT;
  return sent ? BROKEN : UNREACHED;
}

const NO_TOKEN = apiError('UNAVAILABLE', 'No access token could be had for the runtime service account.');
const OUT_OF_TIME = apiError('DEADLINE_EXCEEDED', 'REQUEST_DEADLINE has passed.');
const TIMED_OUT = apiError('DEADLINE_EXCEEDED', 'Datastream did not answer in time.', { retriable: true, lost: true });
const BROKEN = apiError('UNAVAILABLE', 'The connection to Datastream broke.', { retriable: true, lost: true });
const CONNECT_TIMED_OUT = apiError('DEADLINE_EXCEEDED', 'Datastream could not be reached in time.', {
  retriable: true,
});
const UNREACHED = apiError('UNAVAILABLE', 'Datastream could not be reached.', { retriable: true });
const UNDOCUMENTED = apiError('INTERNAL', 'Datastream answered something that its API does not document.', {
  lost: true,
});
