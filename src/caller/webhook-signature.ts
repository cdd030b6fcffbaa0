import type { Headers } from '../delivery/headers.ts';
import type { Settings } from '../settings.ts';
import type { Clock } from '../terms/clock.ts';
import { refusal } from '../terms/refusal.ts';

type Secret = NonNullable<Settings['WEBHOOK_SECRETS']>[number];

/** The check of a signature over a body. Returns the secret that it was made with. @throws {Refusal} SIGNATURE_MISMATCH */
type CheckBody = (body: Buffer) => Secret;

/** How far a timestamp may be from now, in seconds. */
const TOLERANCE = 5 * 60;

const MOST_SIGNATURES = 10;

/** `v1`, the HMAC-SHA256 of Standard Webhooks; other versions are passed over. */
const VERSION = 'v1,';

/**
 * Makes the check of signatures as Standard Webhooks has them. Their headers are judged first, the body when it is there. Any
 * of `secrets` may have signed, so that one can be replaced without a gap. No library: the reference one hashes in plain
 * JavaScript, at ten times the time, and takes bytes that are no UTF-8 for one another.
 *
 * @throws {Refusal} UNAUTHENTICATED where the headers alone show that no signature can hold
 */
export function signatureVerifier(secrets: readonly Secret[], clock: Clock): (headers: Headers) => CheckBody {
  return (headers) => {
    if (secrets.length === 0) throw refusal('SIGNATURE_NOT_ACCEPTED');
    const id = once(headers, 'webhook-id');
    if (id === '') throw refusal('WEBHOOK_ID_MISSING');
    const timestamp = once(headers, 'webhook-timestamp');
    checkTimestamp(timestamp, clock.now());
    const signatures = signaturesOf(once(headers, 'webhook-signature', JOINED_SIGNATURES));
    // node:http gives each byte of a header as one character; this gives the bytes that were signed.
    const signed = Buffer.from(`${id}.${timestamp}.`, 'latin1');

    return (body) => {
      const signer = secrets.find(({ key }) => isAmong(signatures, hmac(key, signed, body)));
      if (signer === undefined) throw refusal('SIGNATURE_MISMATCH');
      return signer;
    };
  };
}

/** What two values of a header look like once node:http has joined them; between signatures a space alone is nothing odd. */
const JOINED = /, /;
const JOINED_SIGNATURES = /(?:^|,[^\s,]*), /;

/** A header, empty where it is not there. Which of two values was signed is not guessed. */
function once(headers: Headers, name: string, joined = JOINED): string {
  const value = headers[name] ?? '';
  const text = String(value).trim();
  if (Array.isArray(value) ? value.length > 1 : joined.test(text)) throw refusal('WEBHOOK_HEADER_REPEATED');
  return text;
}

/** @param now milliseconds since the epoch */
function checkTimestamp(text: string, now: number): void {
  if (/^\d{13}$/.test(text)) throw refusal('WEBHOOK_TIMESTAMP_IN_MILLISECONDS');
  if (!/^\d{1,11}$/.test(text)) throw refusal('WEBHOOK_TIMESTAMP_MALFORMED');
  const age = Math.floor(now / 1000) - Number(text);
  if (age > TOLERANCE) throw refusal('SIGNATURE_TOO_OLD');
  if (age < -TOLERANCE) throw refusal('SIGNATURE_TOO_NEW');
}

function signaturesOf(header: string): Buffer[] {
  const all = header.split(/ +/, MOST_SIGNATURES + 1);
  if (all.length > MOST_SIGNATURES) throw refusal('TOO_MANY_SIGNATURES');
  const known = all.filter((entry) => entry.startsWith(VERSION) && entry !== VERSION);
  if (known.length === 0) throw refusal('SIGNATURE_VERSION_MISSING');
  return known.map((entry) => Buffer.from(entry.slice(VERSION.length)));
}

function hmac(key: Buffer, signed: Buffer, body: Buffer): Buffer {
  return Buffer.from(crypto().createHmac('sha256', key).update(signed).update(body).digest('base64'));
}

function isAmong(signatures: readonly Buffer[], expected: Buffer): boolean {
  return signatures.some((each) => each.length === expected.length && crypto().timingSafeEqual(each, expected));
}

/** Not loaded with this file: a request that carries no signature, or one that its headers show to be bad, never needs it. */
function crypto() {
  return process.getBuiltinModule('node:crypto');
}
