import type { OAuth2Client } from 'google-auth-library';
import * as z from 'zod/mini';
import { loadAuthLibrary, TRANSPORTER } from '../google/auth-library.ts';
import { type Deadline, within } from '../terms/clock.ts';
import { Refusal, unauthenticated } from '../terms/refusal.ts';
import { statusOf } from '../terms/status.ts';
import type { Token } from './token.ts';

/** Where google-auth-library looks for the certificates by itself. */
export const GOOGLE_CERTIFICATES = 'https://www.googleapis.com/oauth2/v1/certs';

const ISSUERS = ['https://accounts.google.com', 'accounts.google.com'];

/** PEM by key id. Something else, such as a proxy's page, is none. */
const certificates = z.record(z.string(), z.string());

/** The longest that a token may live, in seconds. */
const LONGEST_LIFE = 24 * 60 * 60;

/** How far ahead, in seconds, the clock of who issued a token may be. */
const CLOCK_SKEW = 60;

/**
 * Makes the check of Google-signed OIDC tokens. google-auth-library checks signature, issuer and audience against
 * Google's certificates, which one client keeps until they expire. Its leeway of five minutes and what it leaves out
 * (`email_verified`, `nbf`, life) are checked here. Its error messages contain the token, so none is passed on.
 *
 * @param audience `OIDC_AUDIENCE`; without one no token is accepted
 */
export function oidcVerifier(
  audience: string | undefined,
  certificatesUrl: string,
): (token: Token, deadline: Deadline) => Promise<void> {
  let client: Promise<OAuth2Client> | undefined;

  return async (token, deadline) => {
    if (audience === undefined) {
      throw unauthenticated('Send no token: this function takes signed webhooks only (OIDC_AUDIENCE is not set).');
    }
    if (!isTimely(token))
      throw unauthenticated('Send a current token: this one is expired, not yet valid, or lives too long.');
    if (token.claims.email_verified !== true) throw unauthenticated('Send a token whose email Google has verified.');
    client ??= makeClient(certificatesUrl);
    const verifier = await client;
    const fetching = verifier.getFederatedSignonCertsAsync().catch(() => undefined);
    const { data: keys } = certificates.safeParse((await within(deadline, fetching))?.certs);
    if (keys === undefined) throw new Refusal('ERROR', NO_CERTIFICATES);
    await verifier.verifySignedJwtWithCertsAsync(token.text, keys, audience, ISSUERS).catch(() => {
      throw unauthenticated('Send a token that Google signed for the audience of this function (OIDC_AUDIENCE).');
    });
  };
}

async function makeClient(certificatesUrl: string): Promise<OAuth2Client> {
  const { OAuth2Client } = await loadAuthLibrary();
  return new OAuth2Client({ ...TRANSPORTER, endpoints: { oauth2FederatedSignonPemCertsUrl: certificatesUrl } });
}

function isTimely({ claims: { iat, nbf, exp } }: Token): boolean {
  const now = Date.now() / 1000;
  if (iat === undefined || exp === undefined) return false;
  const begun = iat <= now + CLOCK_SKEW && (nbf ?? iat) <= now + CLOCK_SKEW;
  return begun && now < exp && exp - iat <= LONGEST_LIFE;
}

const NO_CERTIFICATES = statusOf('UNAVAILABLE', "Google's certificates could not be fetched; send the request again.");
