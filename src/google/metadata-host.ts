import type { Environment } from '../settings.ts';

/** Variables that tell where the metadata server is, the same as google-auth-library's. */
const HOSTS = ['GCE_METADATA_IP', 'GCE_METADATA_HOST'] as const;

/** Where the metadata server is, as a URL's prefix. Undefined where none is to be expected. */
export function metadataServer(env: Environment): string | undefined {
  const named = HOSTS.map((name) => env[name]).find(Boolean);
  const host = named ?? (env['K_SERVICE'] ? '169.254.169.254' : undefined);
  if (host === undefined || env['METADATA_SERVER_DETECTION'] === 'none') return undefined;
  const origin = bracketed(host);
  return URL.parse('/computeMetadata/v1/', /^https?:\/\//.test(origin) ? origin : `http://${origin}`)?.href;
}

/** Puts an IPv6 address without brackets into them where google-auth-library would make no URL of it. */
export function bracketMetadataHost(env: Record<string, string | undefined>): void {
  for (const name of HOSTS) {
    const host = env[name];
    if (host !== undefined) env[name] = bracketed(host);
  }
}

function bracketed(host: string): string {
  return /^[\da-f.]*:[\da-f.]*:[\da-f:.]*$/i.test(host) ? `[${host}]` : host;
}
