import { type Deadline, within } from '../clock.ts';
import { isProject } from '../resource-name.ts';
import type { Environment } from '../settings.ts';
import { boundedOrNull } from '../text.ts';
import { send } from './http.ts';

/** As whom and where the function runs; null where that can't be learned. */
export type Identity = {
  projectId: string | null;
  projectNumber: string | null;
  serviceAccount: string | null;
  /** False where the metadata server failed to answer, so that a later request may learn more. */
  final: boolean;
};

const NOTHING: Identity = { projectId: null, projectNumber: null, serviceAccount: null, final: true };

/** What is known where there was no answer in time. */
const PENDING: Identity = { ...NOTHING, final: false };

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
export function identitySource(env: Environment): (deadline: Deadline) => Promise<Identity> {
  const base = metadataServer(env);
  const elsewhere = env['GOOGLE_CLOUD_PROJECT'] ?? '';
  const unasked = { ...NOTHING, projectId: isProject(elsewhere) ? elsewhere : null };
  if (base === undefined) return async () => unasked;

  let known: Promise<Identity> | undefined;
  const ask = async (): Promise<Identity> => {
    const [projectId, projectNumber, serviceAccount] = await Promise.all([
      read(base, PATHS.projectId),
      read(base, PATHS.projectNumber),
      read(base, PATHS.serviceAccount),
    ]);
    const answers = [projectId, projectNumber, serviceAccount];
    if (!answers.every((answer) => answer.kind === 'answered')) known = undefined;
    return {
      projectId: projectOf(projectId) ?? unasked.projectId,
      projectNumber: projectOf(projectNumber),
      serviceAccount: boundedOrNull(serviceAccount.value, 320),
      final: !answers.some((answer) => answer.kind === 'failed'),
    };
  };
  return async (deadline) => {
    known ??= ask();
    const identity = await within(deadline, known);
    if (identity === undefined) known = undefined;
    return identity ?? PENDING;
  };
}

/** Where the metadata server is, by the same variables as google-auth-library. Undefined where none is to be expected. */
export function metadataServer(env: Environment): string | undefined {
  const host = env['GCE_METADATA_IP'] || env['GCE_METADATA_HOST'] || (env['K_SERVICE'] ? '169.254.169.254' : undefined);
  if (host === undefined || env['METADATA_SERVER_DETECTION'] === 'none') return undefined;
  return new URL('/computeMetadata/v1/', /^https?:\/\//.test(host) ? host : `http://${host}`).href;
}

/** What asking the metadata server came to: it said what it has, nobody is there, or it failed to say. */
type Answer = { kind: 'answered' | 'absent' | 'failed'; value: string | null };

async function read(base: string, path: string): Promise<Answer> {
  const request = {
    method: 'GET',
    headers: { 'metadata-flavor': 'Google' },
    timeout: TIMEOUT,
    mostBytes: 4096,
  } as const;
  const result = await send({ ...request, url: base + path });
  if (result.kind === 'broken' && !result.sent) return { kind: 'absent', value: null };
  if (result.kind === 'answer' && result.http === 404) return { kind: 'answered', value: null };
  const told = result.kind === 'answer' && result.http === 200 && result.headers['metadata-flavor'] === 'Google';
  return told ? { kind: 'answered', value: result.body.trim() } : { kind: 'failed', value: null };
}

function projectOf({ value }: Answer): string | null {
  return value !== null && isProject(value) ? value : null;
}
