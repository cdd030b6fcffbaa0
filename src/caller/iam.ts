import { refusal } from '../terms/refusal.ts';
import type { Admitted, Authenticate } from './admitted.ts';
import { bearerThatCloudRunSees } from './bearer.ts';
import { principalOf, readToken, SIGNATURE_REMOVED } from './token.ts';

const NOBODY: Admitted = {
  caller: { principalEmail: null, principalSubject: null, verifiedBy: 'NONE' },
  bySignatureAlone: false,
  checkBody: undefined,
};

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
    const carried = bearerThatCloudRunSees(headers);
    if (carried.kind !== 'bearer') throw refusal('TOKEN_MISSING');
    const token = readToken(carried.text);
    if (token === undefined) throw refusal('TOKEN_MALFORMED');
    if (token.signature !== SIGNATURE_REMOVED) throw refusal('TOKEN_UNCHECKED');
    return { ...NOBODY, caller: { ...principalOf(token.claims), verifiedBy: 'IAM' } };
  };
}
