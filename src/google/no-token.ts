import * as z from 'zod/mini';
import type { Environment } from '../settings.ts';
import { parseJson } from '../terms/json.ts';
import { type ApiError, ownError } from './api-error.ts';
import { credentialsFile } from './credentials-file.ts';

/** An error of google-auth-library's HTTP client; `response` is there where one arrived. */
const httpError = z.object({
  config: z.unknown(),
  response: z.nullish(z.object({ status: z.int(), data: z.unknown() })),
});

const code = z.string().check(z.regex(/^\w{1,64}$/));

/** OAuth's error (RFC 6749, 5.2), or Google's (AIP-193), as a token endpoint answers them. */
const refusal = z.object({ error: z.union([code, z.object({ status: code })]) });

/** Why no token could be had, of what is no secret: the library's own messages may contain credentials. */
export function whyNoToken(error: unknown, env: Environment): ApiError {
  const file = credentialsFile(env);
  if (file?.kind === 'unreadable') return ownError('CREDENTIALS_UNREADABLE');
  if (file?.kind === 'not JSON') return ownError('CREDENTIALS_NOT_JSON');
  const { data: failed } = httpError.safeParse(error);
  if (failed === undefined) return ownError('CREDENTIALS_UNUSABLE');
  if (!failed.response) return ownError('TOKEN_ENDPOINT_UNREACHABLE');
  const { status, data } = failed.response;
  const named = refusal.safeParse(typeof data === 'string' ? parseJson(data) : data).data?.error;
  const name = typeof named === 'object' ? named.status : named;
  return ownError('CREDENTIALS_REFUSED', {}, { cause: `HTTP ${status}${name === undefined ? '' : `, ${name}`}` });
}
