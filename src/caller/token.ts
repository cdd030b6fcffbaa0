import * as z from 'zod/mini';
import { parseJson } from '../terms/json.ts';
import { standing } from '../terms/text.ts';

/** What Cloud Run puts in place of the signature of a token that it has checked. */
export const SIGNATURE_REMOVED = 'SIGNATURE_REMOVED_BY_GOOGLE';

const SEGMENT = /^[A-Za-z0-9_+/-]+={0,2}$/;

/** Most characters of a token. Google's have one or two thousand; a header may have many more, for anybody to fill. */
const LONGEST = 16 * 1024;

/** A claim that counts only as a string; anything else, such as a list, is no claim. */
const stringOrNone = z.catch(z.optional(z.string()), undefined);

/** What the claims of an OIDC token say, of what is looked at here. Times are in seconds. */
const tokenClaims = z.object({
  iss: stringOrNone,
  aud: stringOrNone,
  sub: stringOrNone,
  email: z.optional(z.string()),
  email_verified: z.optional(z.unknown()),
  iat: z.optional(z.number()),
  nbf: z.optional(z.number()),
  exp: z.optional(z.number()),
});

export type Claims = z.infer<typeof tokenClaims>;

/** A token taken apart, nothing of it verified yet. `header` is the JSON of its first part, undefined where it is none. */
export type Token = { text: string; header: unknown; claims: Claims; signature: string };

/** Takes a token apart. Undefined where it is none, or names nobody. */
export function readToken(text: string): Token | undefined {
  if (text.length > LONGEST) return undefined;
  const [header = '', payload = '', signature = '', ...more] = text.split('.');
  if (![header, payload, signature].every((part) => SEGMENT.test(part)) || more.length > 0) return undefined;
  const { data: claims } = tokenClaims.safeParse(jsonOf(payload));
  if (claims === undefined || (claims.sub ?? claims.email) === undefined) return undefined;
  return { text, header: jsonOf(header), claims, signature };
}

/** The principal that claims name, as a record has it. An email that Google has not verified may be anybody's. */
export function principalOf(claims: Claims): { principalEmail: string | null; principalSubject: string | null } {
  const isGood = claims.email_verified === undefined || claims.email_verified === true;
  return { principalEmail: isGood ? standing(claims.email, 320) : null, principalSubject: standing(claims.sub, 256) };
}

function jsonOf(segment: string): unknown {
  return parseJson(Buffer.from(segment, 'base64url').toString('utf8'));
}
