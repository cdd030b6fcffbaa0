import type { Clock, Deadline } from '../terms/clock.ts';
import { type ApiError, isApiError, outOfTime, ownError } from './api-error.ts';
import type { Authorization, TokenHolder } from './credentials.ts';
import { type HttpResult, send } from './http.ts';
import { parseWithout } from './own-token.ts';
import { readError } from './read-error.ts';

/** What the calls of one request have in common. */
export type Call = {
  deadline: Deadline;
  /** The caller's `traceparent`, passed on where there is one. */
  traceparent: string | undefined;
};

/** Milliseconds that each attempt has. */
const ATTEMPT_TIMEOUT = 10_000;

/** Makes something of the JSON of a success, null for no body; undefined where it is not what the API documents. */
export type Read<T> = (answer: unknown) => T | ApiError | undefined;

/** One request of the API; the path stands behind `/v1/`. */
export type ApiRequest = {
  method: 'GET' | 'POST';
  path: string;
  mostBytes: number;
  headers?: Readonly<Record<string, string>>;
};

/** Sends one request and reads its answer; `onSent` is told of each time that it may have reached Datastream. */
export type Exchange = <T extends object>(
  request: ApiRequest,
  call: Call,
  holder: TokenHolder,
  read: Read<T>,
  onSent?: () => void,
) => Promise<T | ApiError>;

/**
 * Makes what sends one request, with a new token where the first is refused, and reads its answer.
 *
 * @param endpoint an origin
 * @param version goes into `User-Agent`
 */
export function exchanger(endpoint: string, version: string, clock: Clock): Exchange {
  const common = { 'user-agent': `datastream-operation-cancel/${version}`, accept: 'application/json' };

  async function attempt<T>(
    request: ApiRequest,
    { deadline, traceparent }: Call,
    read: Read<T>,
    given: Authorization,
    onSent: () => void,
  ): Promise<T | ApiError> {
    if (deadline.left() <= 0) return outOfTime(deadline);
    const trace = traceparent === undefined ? {} : { traceparent };
    const headers = { ...common, ...given.headers, ...trace, ...request.headers };
    const url = `${endpoint}/v1/${request.path}`;
    const { method, mostBytes } = request;
    const result = await send({ method, url, headers, deadline, timeout: ATTEMPT_TIMEOUT, mostBytes });
    if (result.kind === 'answer' || result.sent) onSent();
    if (result.kind !== 'answer') return noAnswer(result);
    const answer = result.body === '' ? null : (parseWithout(given.token, result.body) ?? undefined);
    if (result.http < 200 || result.http > 299) return readError(result.http, result.headers, answer, clock.now());
    return read(answer) ?? UNDOCUMENTED;
  }

  return async function exchange<T extends object>(
    request: ApiRequest,
    call: Call,
    holder: TokenHolder,
    read: Read<T>,
    onSent: () => void = () => {},
  ): Promise<T | ApiError> {
    const first = await holder.token(call.deadline);
    if (isApiError(first)) return first;
    const result = await attempt(request, call, read, first, onSent);
    if (!isApiError(result) || result.code !== 'UNAUTHENTICATED') return result;
    // It was revoked, or its life was cut short.
    holder.discard(first);
    const second = await holder.token(call.deadline);
    if (isApiError(second)) return second;
    const again = await attempt(request, call, read, second, onSent);
    if (!isApiError(again) || again.code !== 'UNAUTHENTICATED') return again;
    holder.discard(second);
    return TOKEN_REFUSED;
  };
}

/** Why there is no answer. What may have been carried out all the same is lost, what never left is not. */
function noAnswer({ kind, sent, stale }: Exclude<HttpResult, { kind: 'answer' }>): ApiError {
  switch (kind) {
    case 'timeout':
      return ownError(sent ? 'DATASTREAM_TIMED_OUT' : 'DATASTREAM_CONNECT_TIMED_OUT', {
        retriable: true,
        stale,
        lost: sent,
      });
    case 'broken':
      return ownError(sent ? 'CONNECTION_BROKEN' : 'DATASTREAM_UNREACHABLE', { retriable: true, stale, lost: sent });
    case 'too large':
      return ownError('ANSWER_TOO_LARGE', { lost: true });
    default:
      return kind satisfies never;
  }
}

const UNDOCUMENTED = ownError('UNDOCUMENTED_ANSWER', { lost: true });

/** A third token would fare no better, and a message that waits for better credentials must not be acknowledged. */
const TOKEN_REFUSED = ownError('ACCESS_TOKEN_REFUSED');
