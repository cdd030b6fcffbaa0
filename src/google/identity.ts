import type { Environment } from '../settings.ts';
import { type Deadline, within } from '../terms/clock.ts';
import { isProject } from '../terms/resource-name.ts';
import { boundedOrNull } from '../terms/text.ts';
import { send } from './http.ts';

/** What is known of the function itself; null where nothing is. */
export type Told = {
  value: string | null;
  /** False where the metadata server failed to answer, so that a later request may learn more. */
  final: boolean;
};

/** As whom and where the function runs. Each is asked for when it is first needed, and then known. */
export type Identity = Record<'projectId' | 'projectNumber' | 'serviceAccount', (deadline: Deadline) => Promise<Told>>;

/** Milliseconds that the metadata server has for an answer. It is on the same host. */
const TIMEOUT = 3000;

/**
 * Makes the source of the identity: the metadata server. Each question is asked once, and again only where it was not
 * answered; what a request does not need is not asked, since at the first one each costs above a millisecond (npm run bench).
 * Off Google Cloud, where asking would cost seconds, nothing is, and the project is `GOOGLE_CLOUD_PROJECT`. The server is
 * asked without google-auth-library, which a request that is refused never needs and which takes longer to load than this
 * to answer.
 */
export function identitySource(env: Environment): Identity {
  const base = metadataServer(env);
  const elsewhere = projectOrNull(env['GOOGLE_CLOUD_PROJECT'] ?? null);
  const project = (text: string | null) => projectOrNull(text) ?? elsewhere;
  return {
    projectId: source(base, 'project/project-id', project),
    projectNumber: source(base, 'project/numeric-project-id', project),
    serviceAccount: source(base, 'instance/service-accounts/default/email', (text) => boundedOrNull(text, 320)),
  };
}

/** One question to the metadata server, and how its answer is read; null is read where there is none. */
function source(
  base: string | undefined,
  path: string,
  parse: (text: string | null) => string | null,
): (deadline: Deadline) => Promise<Told> {
  if (base === undefined) return async () => ({ value: parse(null), final: true });

  let known: Promise<Answer> | undefined;
  const ask = async (): Promise<Answer> => {
    const answer = await read(base, path);
    if (answer.kind !== 'answered') known = undefined;
    return answer;
  };
  return async (deadline) => {
    known ??= ask();
    const answer = await within(deadline, known);
    if (answer === undefined) known = undefined;
    return { value: parse(answer?.value ?? null), final: answer !== undefined && answer.kind !== 'failed' };
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

function projectOrNull(text: string | null): string | null {
  return text !== null && isProject(text) ? text : null;
}
