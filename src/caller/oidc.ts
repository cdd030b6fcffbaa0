import type { OAuth2Client } from 'google-auth-library';
import * as z from 'zod/mini';
import { loadAuthLibrary } from '../google/auth-library.ts';
import type { Clock, Deadline } from '../terms/clock.ts';
import type { Reason } from '../terms/reason.ts';
import { refusal } from '../terms/refusal.ts';
import { type Certificates, certificateSource } from './certificates.ts';
import { type Claims, SIGNATURE_REMOVED, type Token } from './token.ts';

const ISSUERS = ['https://accounts.google.com', 'accounts.google.com'];

/** The longest that a token may live, in seconds. */
const LONGEST_LIFE = 24 * 60 * 60;

/** How far ahead, in seconds, the clock of who issued a token may be. */
const CLOCK_SKEW = 60;

/** The header of every token that Google signs. */
const googleHeader = z.object({ alg: z.literal('RS256'), kid: z.string() });

/**
 * Makes the check of Google-signed OIDC tokens. What the token itself says is judged first, so that one for somebody else
 * costs no certificates; google-auth-library then checks its signature against Google's. What it leaves out (`email_verified`,
 * `nbf`, life) is checked here, and without its leeway of five minutes. Its error messages contain the token, so none is
 * passed on.
 *
 * @param audience `OIDC_AUDIENCE`; without one no token is accepted
 */
export function oidcVerifier(
  audience: string | undefined,
  certificatesUrl: string,
  clock: Clock,
): (token: Token, deadline: Deadline) => Promise<void> {
  const certificates = certificateSource(certificatesUrl, clock);
  let client: Promise<OAuth2Client> | undefined;

  return async (token, deadline) => {
    if (audience === undefined) throw refusal('TOKEN_NOT_ACCEPTED');
    const wrong = problemOf(token, audience, clock.now() / 1000);
    if (wrong !== undefined) throw refusal(wrong);
    const current = await certificates(deadline);
    if (current === undefined) throw refusal('CERTIFICATES_UNAVAILABLE');
    client ??= makeClient();
    if (!(await isSigned(token, current, audience, await client))) throw refusal('TOKEN_SIGNATURE_INVALID');
  };
}

/** The first thing that is wrong with a token, whoever signed it. */
function problemOf({ header, claims, signature }: Token, audience: string, now: number): Reason | undefined {
  if (signature === SIGNATURE_REMOVED) return 'TOKEN_SIGNATURE_REMOVED';
  if (header === undefined || !claims.sub) return 'TOKEN_MALFORMED';
  if (!ISSUERS.includes(claims.iss ?? '')) return 'TOKEN_WRONG_ISSUER';
  if (claims.aud !== audience) return 'TOKEN_WRONG_AUDIENCE';
  const untimely = untimelinessOf(claims, now);
  if (untimely !== undefined) return untimely;
  if (claims.email_verified !== true) return 'TOKEN_EMAIL_UNVERIFIED';
  return googleHeader.safeParse(header).success ? undefined : 'TOKEN_SIGNATURE_INVALID';
}

/** @param now seconds since the epoch */
function untimelinessOf({ iat, nbf, exp }: Claims, now: number): Reason | undefined {
  if (iat === undefined || exp === undefined) return 'TOKEN_LIVES_TOO_LONG';
  if (exp <= now) return 'TOKEN_EXPIRED';
  if (Math.max(iat, nbf ?? iat) > now + CLOCK_SKEW) return 'TOKEN_NOT_YET_VALID';
  return exp - iat > LONGEST_LIFE ? 'TOKEN_LIVES_TOO_LONG' : undefined;
}

async function isSigned(token: Token, certificates: Certificates, audience: string, client: OAuth2Client) {
  // Life is judged above; the library would count it from now, and with a clock of its own.
  const longest = LONGEST_LIFE + 2 * CLOCK_SKEW;
  return client.verifySignedJwtWithCertsAsync(token.text, certificates, audience, ISSUERS, longest).then(
    () => true,
    () => false,
  );
}

async function makeClient(): Promise<OAuth2Client> {
  const { OAuth2Client } = await loadAuthLibrary();
  return new OAuth2Client();
}
