import fs from 'node:fs';
import * as z from 'zod/mini';
import type { Environment } from '../settings.ts';
import { parseJson } from '../terms/json.ts';
import { boundedOrNull } from '../terms/text.ts';

/** The file that Application Default Credentials come from, undefined where they come from the metadata server. */
export type CredentialsFile = { kind: 'unreadable' | 'not JSON' } | { kind: 'read'; content: unknown };

/** Reads the file that google-auth-library takes credentials from: the one that is named, else gcloud's where there is one. */
export function credentialsFile(env: Environment): CredentialsFile | undefined {
  const named = env['GOOGLE_APPLICATION_CREDENTIALS'] || env['google_application_credentials'];
  const path = named || wellKnown(env);
  if (path === undefined || (!named && !fs.existsSync(path))) return undefined;
  try {
    const content = parseJson(fs.readFileSync(path, 'utf8'));
    return typeof content === 'object' && content !== null ? { kind: 'read', content } : { kind: 'not JSON' };
  } catch {
    return { kind: 'unreadable' };
  }
}

/** Where `gcloud auth application-default login` puts it. */
function wellKnown(env: Environment): string | undefined {
  const base = process.platform === 'win32' ? env['APPDATA'] : env['HOME'] && `${env['HOME']}/.config`;
  const folder = env['CLOUDSDK_CONFIG'] || (base && `${base}/gcloud`);
  return folder ? `${folder}/application_default_credentials.json` : undefined;
}

const text = z.catch(z.optional(z.string()), undefined);
const accountFields = z.object({ client_email: text, service_account_impersonation_url: text });

/** The service account that acts with these credentials, null where none does or the file does not tell. */
export function accountOf(file: CredentialsFile): string | null {
  const { data } = accountFields.safeParse(file.kind === 'read' ? file.content : undefined);
  const [, target] =
    /\/serviceAccounts\/([^/:]+):generateAccessToken$/.exec(data?.service_account_impersonation_url ?? '') ?? [];
  return boundedOrNull(target ?? data?.client_email, 320);
}
