import { type Answer, errorAnswer } from './errors.ts';
import { rateLimitExceeded, unauthenticated } from './google-errors.ts';
import { createMeter, type Meter } from './quota.ts';
import type { Quota } from './schema.ts';
import type { AccessTokens } from './tokens.ts';

/** Lets a request to Datastream in, or gives the answer that turns it away: first the token is looked at, then the quota. */
export type Admission = {
  check(authorization: string | undefined, method: string): Answer | undefined;
  setQuota(quota: Quota | undefined): void;
};

/** `projectNumber` is what the quota's error names as the consumer; `now` gives ms since 1970. */
export function createAdmission(tokens: AccessTokens, projectNumber: string, now: () => number): Admission {
  let limit: { readonly quota: Quota; readonly take: Meter } | undefined;

  function check(authorization: string | undefined, method: string): Answer | undefined {
    const problem = tokens.problemOf(authorization);
    if (problem !== undefined) {
      const tail = problem === 'CREDENTIALS_MISSING' ? '' : ', error="invalid_token"';
      const challenge = { 'www-authenticate': `Bearer realm="https://accounts.google.com/"${tail}` };
      return errorAnswer(unauthenticated(problem, method), challenge);
    }
    if (limit === undefined) return undefined;
    const waitMs = limit.take(now());
    return waitMs === 0 ? undefined : exhausted(limit.quota, waitMs, projectNumber);
  }

  return {
    check,
    setQuota: (quota) => {
      limit = quota && { quota, take: createMeter(quota) };
    },
  };
}

function exhausted({ limit, hint = 'none' }: Quota, waitMs: number, projectNumber: string): Answer {
  return errorAnswer({
    ...rateLimitExceeded(limit, projectNumber),
    ...(hint === 'details' || hint === 'both' ? { retryDelay: `${(waitMs / 1000).toFixed(3)}s` } : {}),
    // The header counts whole seconds.
    ...(hint === 'header' || hint === 'both' ? { retryAfter: String(Math.ceil(waitMs / 1000)) } : {}),
  });
}
