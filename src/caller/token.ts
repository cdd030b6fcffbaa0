import * as z from 'zod/mini';
import { type Headers, headerOf } from '../delivery/headers.ts';
import { parseJson } from '../terms/json.ts';
import { boundedOrNull } from '../terms/text.ts';

/** What Cloud Run puts in place of the signature of a token that it has checked. */
export const SIGNATURE_REMOVED = 'SIGNATURE_REMOVED_BY_GOOGLE';

const SEGMENT = /^[A-Za-z0-9_+/-]+={0,2}$/;

/** What the claims of an OIDC token say, of what is looked at here. Times are in seconds. */
const tokenClaims = z.object({
  sub: z.catch(z.optional(z.string()), undefined),
  email: z.optional(z.string()),
  email_verified: z.optional(z.boolean()),
  iat: z.optional(z.number()),
  nbf: z.optional(z.number()),
  exp: z.optional(z.number()),
});

export type Claims = z.infer<typeof tokenClaims>;

/** A token taken apart, nothing of it verified yet. */
export type Token = { text: string; signature: string; claims: Claims };

/** What a request carries for a token: none at all, one that can be read, or something else in its place. */
export type CarriedToken = { kind: 'none' } | { kind: 'token'; token: Token } | { kind: 'malformed' };

/**
 * The token of a request, from `X-Serverless-Authorization`, else from `Authorization`: Cloud Run checks the former where
 * both are there.
 */
export function carriedToken(headers: Headers): CarriedToken {
  const value = headerOf(headers, 'x-serverless-authorization') ?? headerOf(headers, 'authorization');
  if (value === undefined) return { kind: 'none' };
  const [, text] = /^bearer +(\S+)$/i.exec(value.trim()) ?? [];
  const token = text === undefined ? undefined : readToken(text);
  return token === undefined ? { kind: 'malformed' } : { kind: 'token', token };
}

/** The principal that claims name, as a record has it. An email that Google has not verified may be anybody's. */
export function principalOf(claims: Claims): { principalEmail: string | null; principalSubject: string | null } {
  const email = claims.email_verified === false ? undefined : claims.email;
  return { principalEmail: boundedOrNull(email, 320), principalSubject: boundedOrNull(claims.sub, 256) };
}

function readToken(text: string): Token | undefined {
  const [, payload, signature, ...more] = text.split('.');
  if (payload === undefined || signature === undefined || more.length > 0) return undefined;
  const { data: claims } = tokenClaims.safeParse(segment(payload));
  const namesSomebody = (claims?.sub ?? claims?.email) !== undefined;
  return claims !== undefined && namesSomebody ? { text, signature, claims } : undefined;
}

function segment(text: string): unknown {
  return SEGMENT.test(text) ? parseJson(Buffer.from(text, 'base64url').toString('utf8')) : undefined;
}
