import type { Headers } from '../delivery/headers.ts';
import type { Settings } from '../settings.ts';
import type { Clock, Deadline } from '../terms/clock.ts';
import { refusal } from '../terms/refusal.ts';
import type { Authenticate, AuthenticationInfo } from './admitted.ts';
import { firstBearer } from './bearer.ts';
import { oidcVerifier } from './oidc.ts';
import { principalOf, readToken } from './token.ts';
import { signatureVerifier } from './webhook-signature.ts';

/** Who has signed is known only when the body is there: until then, and where it does not hold, nobody is. */
const UNKNOWN: AuthenticationInfo = { principalEmail: null, principalSubject: null, verifiedBy: null };

/** `CALLER_AUTH=verify`: a Google-signed token, or a signed webhook. A request that carries both must satisfy both. */
export function authenticateByProof(settings: Settings, certificatesUrl: string, clock: Clock): Authenticate {
  const verifyToken = oidcVerifier(settings.OIDC_AUDIENCE, certificatesUrl, clock);
  const verifySignature = signatureVerifier(settings.WEBHOOK_SECRETS ?? [], clock);

  const callerByToken = async (text: string, deadline: Deadline): Promise<AuthenticationInfo> => {
    const token = readToken(text);
    if (token === undefined) throw refusal('TOKEN_MALFORMED');
    await verifyToken(token, deadline);
    return { ...principalOf(token.claims), verifiedBy: 'OIDC' };
  };

  return async (headers, deadline) => {
    const bearer = firstBearer(headers);
    if (bearer === undefined && !carriesSignature(headers)) throw refusal('CREDENTIALS_MISSING');
    // First the signature's form, which is cheaper to judge than a token.
    const signerOf = carriesSignature(headers) ? verifySignature(headers) : undefined;
    const caller = bearer === undefined ? undefined : await callerByToken(bearer, deadline);
    const checkBody = (body: Buffer) => {
      const signer = signerOf?.(body);
      return caller ?? signedBy(signer?.name ?? null);
    };
    return {
      caller: caller ?? UNKNOWN,
      bySignatureAlone: caller === undefined,
      checkBody: signerOf && checkBody,
    };
  };
}

/** Whether a request carries a signature and no token, so that with `verify` nothing else could tell who sent it. */
export function carriesSignatureAlone(headers: Headers): boolean {
  return carriesSignature(headers) && firstBearer(headers) === undefined;
}

function carriesSignature(headers: Headers): boolean {
  return headers['webhook-signature'] !== undefined;
}

function signedBy(name: string | null): AuthenticationInfo {
  return { principalEmail: null, principalSubject: name, verifiedBy: 'WEBHOOK_SIGNATURE' };
}
