import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { SIGNATURE_REMOVED } from '../../src/caller/token.ts';

/** What callers prove themselves with, sound or forged. */

export const AUDIENCE = 'https://datastream-operation-cancel-4815162342.us-central1.run.app';
export const PRINCIPAL = 'ops-bot@acme-data.iam.gserviceaccount.com';
export const SUBJECT = '109300000000000000001';

export const CURRENT_SECRET = `whsec_${Buffer.from('the current secret of 32 bytes..').toString('base64')}`;
export const NEXT_SECRET = `whsec_${Buffer.from('the next secret, of 32 bytes too').toString('base64')}`;
export const RETIRED_SECRET = `whsec_${Buffer.from('the retired secret with 32 bytes').toString('base64')}`;

/** Claims as Google gives a service account, without the times, which the emulator adds. */
export const CLAIMS = { aud: AUDIENCE, azp: SUBJECT, sub: SUBJECT, email: PRINCIPAL, email_verified: true };

/** The time in whole seconds since the epoch, moved by `seconds`. */
export function secondsFromNow(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

/** Sound claims with their times. */
export function timedClaims(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { iss: 'https://accounts.google.com', iat: secondsFromNow(0), exp: secondsFromNow(3600), ...CLAIMS, ...more };
}

/** A segment of a token. */
export function segment(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Somebody's own keys, which Google does not know. */
export const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const strangerOnCurve = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** A token signed with a key of somebody else, with any header and any claims. */
export function signedBy(key: KeyObject, header: Readonly<Record<string, unknown>>, claims: unknown): string {
  const signed = `${segment({ alg: 'RS256', typ: 'JWT', ...header })}.${segment(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** A token whose signature is an HMAC under a key that everybody knows. */
export function hmacSigned(key: string, keyId: string): string {
  const signed = `${segment({ alg: 'HS256', kid: keyId, typ: 'JWT' })}.${segment(timedClaims())}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

/** A token as Cloud Run hands it on: `signature` in place of the one that it checked. */
export function handedOn(claims: Readonly<Record<string, unknown>> = {}, signature = SIGNATURE_REMOVED): string {
  return `${segment({ alg: 'RS256', kid: 'f0e1', typ: 'JWT' })}.${segment(timedClaims(claims))}.${signature}`;
}

/** A token with one of its three parts replaced. */
export function withPart(token: string, index: 0 | 1 | 2, part: string): string {
  return token.split('.').with(index, part).join('.');
}

/** The three headers of a signed webhook. `key` is what the HMAC is made with; `at` is in seconds since the epoch. */
export type Signing = { body: string | Buffer; secret?: string; key?: Buffer; id?: string; at?: number | string };

/** The headers of Standard Webhooks for a body, sound as long as nothing is said otherwise. */
export function webhookHeaders(signing: Signing): Record<string, string> {
  const { body, secret = CURRENT_SECRET, id = 'msg_2wBvwT7', at = secondsFromNow(0) } = signing;
  const key = signing.key ?? Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` };
}

/** The header that carries a token. */
export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** The header that Cloud Run looks at first. */
export function serverlessBearer(token: string): { 'x-serverless-authorization': string } {
  return { 'x-serverless-authorization': `Bearer ${token}` };
}
