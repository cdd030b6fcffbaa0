import type { Headers } from '../delivery/headers.ts';
import type { AuditRecord } from '../record/schema.ts';
import type { Settings } from '../settings.ts';
import type { Deadline } from '../terms/clock.ts';
import { denied } from '../terms/refusal.ts';

export type AuthenticationInfo = AuditRecord['authenticationInfo'];

/**
 * Finds out who sends a request, by its headers and the bytes of its body.
 *
 * @throws {Refusal} UNAUTHENTICATED; ERROR where it cannot be found out before the deadline
 */
export type Authenticate = (headers: Headers, body: Buffer, deadline: Deadline) => Promise<AuthenticationInfo>;

/** Refuses a caller that `ALLOWED_CALLERS` does not name. A signed webhook has no email and is not affected. @throws {Refusal} DENIED */
export function checkCaller(settings: Settings, caller: AuthenticationInfo): void {
  const { ALLOWED_CALLERS: allowed } = settings;
  if (allowed === undefined || caller.verifiedBy === 'WEBHOOK_SIGNATURE') return;
  const email = caller.principalEmail === null ? undefined : foldAscii(caller.principalEmail);
  if (email !== undefined && allowed.some((entry) => foldAscii(entry) === email)) return;
  throw denied(
    'ALLOWED_CALLERS',
    'This caller may not use this function; its operator lists callers in ALLOWED_CALLERS.',
  );
}

/** ASCII letters without case, and nothing else: other letters that fold to ASCII ones must not match them. */
function foldAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
