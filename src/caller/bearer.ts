import type { Headers } from '../delivery/headers.ts';

/** What a header holds where a token may be: nothing, another scheme, or Bearer and the one word behind it, else ''. */
type Bearer = { kind: 'none' | 'other scheme' } | { kind: 'bearer'; text: string };

const BEARER = /^bearer(?:[\s,]|$)/i;

/**
 * Reads one header for a Bearer token (RFC 6750). One that was sent twice, which node:http joins by ", ", is Bearer where any
 * of its parts is, and what is behind it is then no token: which one somebody else has looked at cannot be known.
 */
function bearerOf(headers: Headers, name: string): Bearer {
  const value = headers[name];
  if (value === undefined) return { kind: 'none' };
  const text = String(value).trim();
  if (!text.split(',').some((part) => BEARER.test(part.trim()))) return { kind: 'other scheme' };
  return { kind: 'bearer', text: /^bearer\s+(\S+)$/i.exec(text)?.[1] ?? '' };
}

/** The first Bearer of the two headers that Cloud Run looks at, in its order; undefined where neither has one. */
export function firstBearer(headers: Headers): string | undefined {
  const found = ['x-serverless-authorization', 'authorization'].map((name) => bearerOf(headers, name));
  return found.find((each) => each.kind === 'bearer')?.text;
}

/**
 * The one that Cloud Run has checked: where `X-Serverless-Authorization` is there, it looks at nothing else, so that a token
 * in `Authorization` is then anybody's word.
 */
export function bearerThatCloudRunSees(headers: Headers): Bearer {
  const first = bearerOf(headers, 'x-serverless-authorization');
  return first.kind === 'none' ? bearerOf(headers, 'authorization') : first;
}
