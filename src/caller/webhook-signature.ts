import { isUtf8 } from 'node:buffer';
import { Webhook } from 'standardwebhooks';
import { type Headers, headerOf } from '../delivery/headers.ts';
import { unauthenticated } from '../terms/refusal.ts';

const SIGNED_HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];

/** A secret, and the name of who signs with it where it has one. */
export type NamedSecret = { name: string | null; secret: string };

/**
 * Makes the check of Standard Webhooks signatures: any of `secrets` may have signed, so that one can be replaced without a
 * gap. The library refuses what is older or newer than five minutes.
 */
export function signatureVerifier(secrets: readonly NamedSecret[]): (headers: Headers, body: Buffer) => NamedSecret {
  const webhooks = secrets.map((named) => ({ named, webhook: new Webhook(named.secret) }));

  return (headers, body) => {
    const signed = Object.fromEntries(SIGNED_HEADERS.map((name) => [name, headerOf(headers, name) ?? '']));
    // The library signs text. Bytes that are none would become replacement characters and be taken for one another.
    const signer = isUtf8(body) ? webhooks.find(({ webhook }) => verifies(webhook, body, signed)) : undefined;
    if (signer !== undefined) return signer.named;
    throw unauthenticated(
      'Sign the raw body as Standard Webhooks asks, with a current secret and a current timestamp.',
    );
  };
}

function verifies(webhook: Webhook, body: Buffer, signed: Record<string, string>): boolean {
  try {
    webhook.verify(body, signed, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}
