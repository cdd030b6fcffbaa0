import type { Settings } from '../settings.ts';
import type { Clock } from '../terms/clock.ts';
import { refusal } from '../terms/refusal.ts';
import type { Admitted, Authenticate } from './admitted.ts';
import { authenticateByIam } from './iam.ts';
import { authenticateByProof } from './verify.ts';

export type { Admitted, Authenticate, AuthenticationInfo } from './admitted.ts';
export { GOOGLE_CERTIFICATES } from './certificates.ts';
export { carriesSignatureAlone } from './verify.ts';

/**
 * Makes the way in that `CALLER_AUTH` asks for.
 *
 * @param onCloudRun whether `K_SERVICE` is set
 * @param certificatesUrl where Google's certificates are, by key id in PEM
 */
export function authentication(
  settings: Settings,
  onCloudRun: boolean,
  certificatesUrl: string,
  clock: Clock,
): Authenticate {
  switch (settings.CALLER_AUTH) {
    case 'iam':
      return authenticateByIam(onCloudRun);
    case 'verify':
      return authenticateByProof(settings, certificatesUrl, clock);
    default:
      return settings.CALLER_AUTH satisfies never;
  }
}

/**
 * Refuses a caller that `ALLOWED_CALLERS` does not name. One that is known by its signature alone has no email and is not affected.
 *
 * @throws {Refusal} CALLER_NOT_ALLOWED
 */
export function checkCaller({ ALLOWED_CALLERS: allowed }: Settings, { caller, bySignatureAlone }: Admitted): void {
  if (allowed === undefined || bySignatureAlone) return;
  const email = caller.principalEmail === null ? undefined : foldAscii(caller.principalEmail);
  if (email !== undefined && allowed.some((entry) => foldAscii(entry) === email)) return;
  throw refusal('CALLER_NOT_ALLOWED', { rule: 'ALLOWED_CALLERS' });
}

/** ASCII letters without case, and nothing else: other letters that fold to ASCII ones must not match them. */
function foldAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
