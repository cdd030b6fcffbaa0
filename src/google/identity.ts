import { isProject } from '../resource-name.ts';
import type { Environment } from '../settings.ts';
import { boundedOrNull } from '../text.ts';
import { send } from './http.ts';

/** As whom and where the function runs; null where that can't be learned. */
export type Identity = { projectId: string | null; projectNumber: string | null; serviceAccount: string | null };

export const UNKNOWN_IDENTITY: Identity = { projectId: null, projectNumber: null, serviceAccount: null };

/** Milliseconds that the metadata server has for an answer. It is on the same host. */
const TIMEOUT = 3000;

const PATHS = {
  projectId: 'project/project-id',
  projectNumber: 'project/numeric-project-id',
  serviceAccount: 'instance/service-accounts/default/email',
};

/**
 * Makes the source of the identity: the metadata server, asked once, and again only where it did not answer. Off Google
 * Cloud, where asking would cost seconds, it is not asked, and the project is `GOOGLE_CLOUD_PROJECT`. It is asked without
 * google-auth-library, which a request that is refused never needs and which takes longer to load than this to answer.
 */
export function identitySource(env: Environment): () => Promise<Identity> {
  const base = metadataServer(env);
  const elsewhere = env['GOOGLE_CLOUD_PROJECT'] ?? '';
  const unasked = { ...UNKNOWN_IDENTITY, projectId: isProject(elsewhere) ? elsewhere : null };
  if (base === undefined) return async () => unasked;

  let known: Promise<Identity> | undefined;
  const ask = async (): Promise<Identity> => {
    const [projectId, projectNumber, serviceAccount] = await Promise.all([
      read(base, PATHS.projectId),
      read(base, PATHS.projectNumber),
      read(base, PATHS.serviceAccount),
    ]);
    const unanswered = [projectId, projectNumber, serviceAccount].includes(undefined);
    if (unanswered) known = undefined;
    return {
      projectId: projectOrNull(projectId) ?? unasked.projectId,
      projectNumber: projectOrNull(projectNumber),
      serviceAccount: boundedOrNull(serviceAccount, 320),
    };
  };
  return () => {
    known ??= ask();
    return known;
  };
}

/** Where the metadata server is, by the same variables as google-auth-library. Undefined where none is to be expected. */
export function metadataServer(env: Environment): string | undefined {
  const host = env['GCE_METADATA_IP'] || env['GCE_METADATA_HOST'] || (env['K_SERVICE'] ? '169.254.169.254' : undefined);
  if (host === undefined || env['METADATA_SERVER_DETECTION'] === 'none') return undefined;
  return new URL('/computeMetadata/v1/', /^https?:\/\//.test(host) ? host : `http://${host}`).href;
}

/** A value of the metadata server; null where it has none, undefined where it did not answer. */
async function read(base: string, path: string): Promise<string | null | undefined> {
  const request = {
    method: 'GET',
    headers: { 'metadata-flavor': 'Google' },
    timeout: TIMEOUT,
    mostBytes: 4096,
  } as const;
  const result = await send({ ...request, url: base + path });
  if (result.kind !== 'answer' || result.http >= 500) return undefined;
  const fromGoogle = result.headers['metadata-flavor'] === 'Google';
  return result.http === 200 && fromGoogle ? result.body.trim() : null;
}

function projectOrNull(text: string | null | undefined): string | null {
  return text !== null && text !== undefined && isProject(text) ? text : null;
}
