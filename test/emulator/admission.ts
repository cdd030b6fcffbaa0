import { randomUUID } from 'node:crypto';
import { type Answer, errorAnswer } from './errors.ts';
import { type CredentialProblem, rateLimitExceeded, unauthenticated } from './google-errors.ts';
import type { Quota } from './schema.ts';

/** The access tokens of the metadata server. */
export type AccessTokens = {
  /** A new token and the seconds it lives. */
  issue(): { token: string; expiresIn: number };
  /** What is wrong with the value of an Authorization header, or undefined where it lets the request in. */
  problemOf(authorization: string | undefined): CredentialProblem | undefined;
  /** Makes every token issued so far one that has expired. */
  expireAll(): void;
};

/** How many tokens are remembered; a test that issues more has forgotten the first ones. */
const remembered = 10_000;

/**
 * `lifetimeSeconds` is a token's life. With `strict` only tokens of this server are accepted; without it, any bearer token that
 * is not one of its expired ones. `now` gives ms since 1970.
 */
export function createAccessTokens(lifetimeSeconds: number, strict: boolean, now: () => number): AccessTokens {
  const expiryOf = new Map<string, number>();
  return {
    issue() {
      const token = `ya29.emulator-${randomUUID()}`;
      expiryOf.set(token, now() + lifetimeSeconds * 1000);
      for (const oldest of expiryOf.keys()) {
        if (expiryOf.size <= remembered) break;
        expiryOf.delete(oldest);
      }
      return { token, expiresIn: lifetimeSeconds };
    },
    problemOf(authorization) {
      if (authorization === undefined || authorization === '') return 'CREDENTIALS_MISSING';
      const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
      if (token === undefined) return 'ACCESS_TOKEN_TYPE_UNSUPPORTED';
      const expiry = expiryOf.get(token);
      if (expiry === undefined) return strict ? 'ACCESS_TOKEN_TYPE_UNSUPPORTED' : undefined;
      return expiry > now() ? undefined : 'ACCESS_TOKEN_EXPIRED';
    },
    expireAll() {
      for (const token of expiryOf.keys()) expiryOf.set(token, 0);
    },
  };
}

/** Lets a request to Datastream in, or gives the answer that turns it away: first the token is looked at, then the quota. */
export type Admission = {
  check(authorization: string | undefined, method: string): Answer | undefined;
  setQuota(quota: Quota | undefined): void;
};

/** `projectNumber` is what the quota's error names as the consumer; `now` gives ms since 1970. */
export function createAdmission(tokens: AccessTokens, projectNumber: string, now: () => number): Admission {
  let limit: { readonly quota: Quota; readonly take: Meter } | undefined;
  return {
    check(authorization, method) {
      const problem = tokens.problemOf(authorization);
      if (problem !== undefined) {
        const tail = problem === 'CREDENTIALS_MISSING' ? '' : ', error="invalid_token"';
        const challenge = { 'www-authenticate': `Bearer realm="https://accounts.google.com/"${tail}` };
        return errorAnswer(unauthenticated(problem, method), challenge);
      }
      if (limit === undefined) return undefined;
      const waitMs = limit.take(now());
      return waitMs === 0 ? undefined : exhausted(limit.quota, waitMs, projectNumber);
    },
    setQuota(quota) {
      limit = quota && { quota, take: createMeter(quota) };
    },
  };
}

/** Takes one call at `now` (ms since 1970) and gives 0, or the ms until there is room for one; a refused call takes none. */
type Meter = (now: number) => number;

/** A meter that remembers the times of the last `limit` calls and nothing else. */
function createMeter({ limit, windowMs }: Quota): Meter {
  const times = new Float64Array(limit).fill(Number.NEGATIVE_INFINITY);
  let next = 0;
  return (now) => {
    const free = (times[next] ?? 0) + windowMs;
    if (free > now) return free - now;
    times[next] = now;
    next = (next + 1) % limit;
    return 0;
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
