import type { IncomingHttpHeaders } from 'node:http';
import * as z from 'zod/mini';
import { durationText, milliseconds } from '../terms/duration.ts';
import { parseJson } from '../terms/json.ts';
import { type CodeName, codeOfHttpStatus, isCodeName, isTransient } from '../terms/status.ts';
import { bounded, boundedOrNull } from '../terms/text.ts';

/** Why a call brought no result. */
export type ApiError = {
  kind: 'error';
  code: CodeName;
  /** What Datastream said, or what happened to the call, in a sentence. */
  message: string;
  /** `reason` of google.rpc.ErrorInfo. */
  reason: string | null;
  /** Milliseconds before which the other side does not want to be asked again. */
  retryAfter: number | null;
  /** Whether the same call is tried again (README, "Towards Datastream"). */
  retriable: boolean;
  /** Whether the request may have been carried out although this is what came back. */
  lost: boolean;
};

/** Makes an error; what is not said in `more` does not hold. */
export function apiError(code: CodeName, message: string, more: Partial<ApiError> = {}): ApiError {
  const unset = { reason: null, retryAfter: null, retriable: false, lost: false };
  return { kind: 'error', code, message, ...unset, ...more };
}

export function isApiError(result: object): result is ApiError {
  return 'kind' in result && result.kind === 'error';
}

/** Google's error body. Source: AIP-193. */
const errorBody = z.object({
  error: z.object({
    message: z.catch(z.string(), ''),
    status: z.catch(z.string(), ''),
    details: z.catch(z.array(z.unknown()), []),
  }),
});

const errorInfo = z.object({ '@type': z.literal('type.googleapis.com/google.rpc.ErrorInfo'), reason: z.string() });

const retryInfo = z.object({
  '@type': z.literal('type.googleapis.com/google.rpc.RetryInfo'),
  retryDelay: durationText,
});

/** Reads an error answer: by its `status`, since HTTP's are ambiguous, and by HTTP's where it is not Google's JSON. */
export function readError(http: number, headers: IncomingHttpHeaders, body: string, now: number): ApiError {
  const { data } = errorBody.safeParse(parseJson(body));
  const named = data?.error.status ?? '';
  const code = isCodeName(named) && named !== 'OK' ? named : codeOfHttpStatus(http);
  const details = data?.error.details ?? [];
  const reason = first(details, errorInfo)?.reason;
  const delays = [retryAfterHeader(headers['retry-after'], now), retryDelay(details)].filter((delay) => delay !== null);
  return apiError(code, bounded(data?.error.message || `HTTP status ${http}.`, 1024), {
    reason: boundedOrNull(reason, 128),
    retryAfter: delays.length === 0 ? null : Math.max(...delays),
    retriable: code === 'UNAVAILABLE' || code === 'RESOURCE_EXHAUSTED',
    // A server or a proxy that failed may have passed the request on; one that is over its quota has not.
    lost: isTransient(code) && code !== 'RESOURCE_EXHAUSTED',
  });
}

/** Milliseconds of a `Retry-After` header: seconds or a date (RFC 9110, 10.2.3). */
function retryAfterHeader(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

function retryDelay(details: readonly unknown[]): number | null {
  const info = first(details, retryInfo);
  return info === undefined ? null : milliseconds(info.retryDelay);
}

function first<T>(details: readonly unknown[], schema: z.ZodMiniType<T>): T | undefined {
  for (const detail of details) {
    const { data } = schema.safeParse(detail);
    if (data !== undefined) return data;
  }
  return undefined;
}
