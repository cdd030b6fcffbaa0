import { headerOf } from '../delivery/headers.ts';
import type { Settings } from '../settings.ts';
import { unauthenticated } from '../terms/refusal.ts';
import type { Authenticate } from './authenticate.ts';
import { oidcVerifier } from './oidc.ts';
import { carriedToken, principalOf, SIGNATURE_REMOVED } from './token.ts';
import { signatureVerifier } from './webhook-signature.ts';

/** `CALLER_AUTH=verify`: a Google-signed token, or a signed webhook. A request that carries both must satisfy both. */
export function authenticateByProof(settings: Settings, certificatesUrl: string): Authenticate {
  const verifyToken = oidcVerifier(settings.OIDC_AUDIENCE, certificatesUrl);
  const verifySignature = signatureVerifier(settings.WEBHOOK_SECRETS ?? []);

  return async (headers, body, deadline) => {
    const carried = carriedToken(headers);
    const signed = headerOf(headers, 'webhook-signature') !== undefined;
    if (carried.kind === 'none' && !signed) {
      throw unauthenticated('Send a Google-signed OIDC token, or sign the webhook (CALLER_AUTH=verify).');
    }
    const signer = signed ? verifySignature(headers, body) : undefined;
    if (carried.kind === 'none')
      return { principalEmail: null, principalSubject: signer?.name ?? null, verifiedBy: 'WEBHOOK_SIGNATURE' };
    if (carried.kind === 'malformed' || carried.token.signature === SIGNATURE_REMOVED || !carried.token.claims.sub) {
      throw unauthenticated('Send the OIDC token whole, signature included, as "Authorization: Bearer …".');
    }
    await verifyToken(carried.token, deadline);
    return { ...principalOf(carried.token.claims), verifiedBy: 'OIDC' };
  };
}
