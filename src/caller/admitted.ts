import type { Headers } from '../delivery/headers.ts';
import type { Deadline } from '../terms/clock.ts';

/** Who asks, as a record has it. */
export type AuthenticationInfo = {
  principalEmail: string | null;
  principalSubject: string | null;
  verifiedBy: 'IAM' | 'OIDC' | 'WEBHOOK_SIGNATURE' | 'NONE' | null;
};

/** A caller as far as headers tell. */
export type Admitted = {
  caller: AuthenticationInfo;
  /** Known by its signature alone: then the request is a WEBHOOK whatever else it looks like, of at most 64 KiB. */
  bySignatureAlone: boolean;
  /**
   * The check of the signature over the raw body, inflated, where the request carries one. Returns the caller as then known:
   * one that signed alone has the name of its secret for a subject.
   *
   * @throws {Refusal} SIGNATURE_MISMATCH
   */
  checkBody: ((body: Buffer) => AuthenticationInfo) | undefined;
};

/**
 * Finds out who sends a request, by its headers alone.
 *
 * @throws {Refusal} UNAUTHENTICATED; ERROR where it cannot be found out before the deadline
 */
export type Authenticate = (headers: Headers, deadline: Deadline) => Promise<Admitted>;
