import { unauthenticated } from '../terms/refusal.ts';
import type { Authenticate, AuthenticationInfo } from './authenticate.ts';
import { carriedToken, principalOf, SIGNATURE_REMOVED } from './token.ts';

const NOBODY: AuthenticationInfo = { principalEmail: null, principalSubject: null, verifiedBy: 'NONE' };

/**
 * `CALLER_AUTH=iam`: Cloud Run has checked the caller and shows that by taking the signature off the token. A service made
 * public by mistake gets requests without such a token, and refuses them. That stops accidents, not an attacker: where Cloud
 * Run does not check, anybody can send what it leaves of a token (docs/security.md). Off Cloud Run nobody has checked
 * anything, so whatever a token says is not believed: the caller is admitted as nobody.
 *
 * @param onCloudRun whether `K_SERVICE` is set
 */
export function authenticateByIam(onCloudRun: boolean): Authenticate {
  return async (headers) => {
    if (!onCloudRun) return NOBODY;
    const carried = carriedToken(headers);
    if (carried.kind !== 'token' || carried.token.signature !== SIGNATURE_REMOVED) {
      throw unauthenticated(
        'Send an OIDC token that Cloud Run can check, and keep the service private (CALLER_AUTH=iam).',
      );
    }
    return { ...principalOf(carried.token.claims), verifiedBy: 'IAM' };
  };
}
