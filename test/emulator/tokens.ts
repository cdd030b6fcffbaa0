import { randomUUID } from 'node:crypto';
import type { CredentialProblem } from './google-errors.ts';

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

  function issue(): { token: string; expiresIn: number } {
    const token = `ya29.emulator-${randomUUID()}`;
    expiryOf.set(token, now() + lifetimeSeconds * 1000);
    for (const oldest of expiryOf.keys()) {
      if (expiryOf.size <= remembered) break;
      expiryOf.delete(oldest);
    }
    return { token, expiresIn: lifetimeSeconds };
  }

  function problemOf(authorization: string | undefined): CredentialProblem | undefined {
    if (authorization === undefined || authorization === '') return 'CREDENTIALS_MISSING';
    const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
    if (token === undefined) return 'ACCESS_TOKEN_TYPE_UNSUPPORTED';
    const expiry = expiryOf.get(token);
    if (expiry === undefined) return strict ? 'ACCESS_TOKEN_TYPE_UNSUPPORTED' : undefined;
    return expiry > now() ? undefined : 'ACCESS_TOKEN_EXPIRED';
  }

  function expireAll(): void {
    for (const token of expiryOf.keys()) expiryOf.set(token, 0);
  }

  return { issue, problemOf, expireAll };
}
