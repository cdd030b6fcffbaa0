import type { IncomingHttpHeaders } from 'node:http';
import * as z from 'zod/mini';
import { durationText, milliseconds } from '../terms/duration.ts';
import { type CodeName, codeOfHttpStatus, isCodeName } from '../terms/status.ts';
import { bounded, boundedOrNull } from '../terms/text.ts';
import { type ApiError, apiError, ownError } from './api-error.ts';
import { errorInfoOf, messageIn, retryDelayOf } from './error-details.ts';

const text = z.catch(z.nullish(z.string()), null);

/** One of `errors`, which is all that older surfaces of Google's APIs say. */
const legacyErrors = z.catch(z.nullish(z.array(z.object({ reason: text, message: text }))), null);

/** Google's error body. Source: AIP-193. */
const errorBody = z.object({
  error: z.object({
    message: text,
    status: text,
    details: z.catch(z.nullish(z.array(z.unknown())), null),
    errors: legacyErrors,
  }),
});

/** What Google answers in place of it: the error as a text, as OAuth has it, or a list of errors alone. */
const textBody = z.object({ error: z.string(), error_description: text });
const legacyBody = z.object({ errors: z.array(z.object({ reason: z.string(), message: text })) });

type Told = { message: string | null; status: string | null; details: unknown[]; legacyReason: string | null };

/** What the code is where only an older surface's reason tells it. */
const BY_LEGACY_REASON: ReadonlyMap<string, CodeName> = new Map([
  ['rateLimitExceeded', 'RESOURCE_EXHAUSTED'],
  ['userRateLimitExceeded', 'RESOURCE_EXHAUSTED'],
  ['quotaExceeded', 'RESOURCE_EXHAUSTED'],
  ['dailyLimitExceeded', 'RESOURCE_EXHAUSTED'],
  ['backendError', 'UNAVAILABLE'],
  ['failedPrecondition', 'FAILED_PRECONDITION'],
]);

/** Codes of answers after which the request may have been carried out. One that is over its quota has not been. */
const LOST: ReadonlySet<CodeName> = new Set(['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'INTERNAL', 'UNKNOWN']);

/**
 * Reads an error answer: by its `status`, since HTTP's are ambiguous, and by HTTP's where it is not Google's JSON.
 *
 * @param body parsed, undefined where it is no JSON
 */
export function readError(http: number, headers: IncomingHttpHeaders, body: unknown, now: number): ApiError {
  const google = errorBody.safeParse(Array.isArray(body) ? body[0] : body).data?.error;
  // A 404 that is not in Google's form says nothing about the operation, and nobody but another host redirects.
  if (http < 400 || (http === 404 && google === undefined)) return ownError('WRONG_HOST', { lost: true }, { http });
  const { message, status, details, legacyReason } = told(google, Array.isArray(body) ? body[0] : body);
  const code = codeOf(http, status, legacyReason);
  const info = errorInfoOf(details);
  const delays = [retryAfterHeader(headers['retry-after'], now), retryDelay(details)].filter((delay) => delay !== null);
  return apiError(code, bounded(message || messageIn(details) || `HTTP status ${http}.`, 1024), {
    reason: boundedOrNull(info?.reason, 128),
    domain: boundedOrNull(info?.domain, 253),
    retryAfter: delays.length === 0 ? null : Math.max(...delays),
    retriable: code === 'UNAVAILABLE' || code === 'RESOURCE_EXHAUSTED',
    rereadable: LOST.has(code) || code === 'RESOURCE_EXHAUSTED',
    lost: LOST.has(code),
  });
}

function told(google: z.infer<typeof errorBody>['error'] | undefined, body: unknown): Told {
  const none = { message: null, status: null, details: [], legacyReason: null };
  if (google !== undefined) {
    const [first] = google.errors ?? [];
    const { message = null, status = null, details } = google;
    return {
      message: message || (first?.message ?? null),
      status,
      details: details ?? [],
      legacyReason: first?.reason ?? null,
    };
  }
  const said = textBody.safeParse(body).data;
  if (said !== undefined) return { ...none, message: said.error_description || said.error, status: said.error };
  const [first] = legacyBody.safeParse(body).data?.errors ?? [];
  return { ...none, message: first?.message ?? null, legacyReason: first?.reason ?? null };
}

function codeOf(http: number, status: string | null, legacyReason: string | null): CodeName {
  if (status !== null && isCodeName(status) && status !== 'OK') return status;
  return BY_LEGACY_REASON.get(legacyReason ?? '') ?? codeOfHttpStatus(http);
}

/** The date of HTTP (RFC 9110, 5.6.7); Date.parse alone makes something of nearly every text with a digit. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Milliseconds of a `Retry-After` header: seconds or a date (RFC 9110, 10.2.3). Null where it is neither. */
function retryAfterHeader(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

const retryDelaySchema = durationText('');

function retryDelay(details: readonly unknown[]): number | null {
  const { data } = retryDelaySchema.safeParse(retryDelayOf(details));
  return data === undefined ? null : milliseconds(data);
}
