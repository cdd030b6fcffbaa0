import type { Environment } from '../settings.ts';
import { type Deadline, deadlineIn, NO_SHUTDOWN, systemClock, within } from '../terms/clock.ts';
import { isProject } from '../terms/resource-name.ts';
import { boundedOrNull } from '../terms/text.ts';
import { accountOf, credentialsFile } from './credentials-file.ts';
import { sendTwice } from './http.ts';
import { metadataServer } from './metadata-host.ts';

export { metadataServer } from './metadata-host.ts';

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
 * Makes the source of the identity: the metadata server, and for the account that acts the credentials file where there is
 * one. Each question is asked once, and again only where it was not answered; what a request does not need is not asked,
 * since at the first one each costs above a millisecond (npm run bench). Off Google Cloud, where asking would cost seconds,
 * nothing is, and the project is `GOOGLE_CLOUD_PROJECT`. The server is asked without google-auth-library, which a request
 * that is refused never needs and which takes longer to load than this to answer.
 */
export function identitySource(env: Environment): Identity {
  const server = { base: metadataServer(env), expected: Boolean(env['K_SERVICE']) };
  const elsewhere = projectOrNull(env['GOOGLE_CLOUD_PROJECT'] ?? null);
  const project = (text: string | null) => projectOrNull(text) ?? elsewhere;
  const ownAccount = source(server, 'instance/service-accounts/default/email', (text) => boundedOrNull(text, 320));
  let account: Question | undefined;
  return {
    projectId: source(server, 'project/project-id', project),
    projectNumber: source(server, 'project/numeric-project-id', project),
    serviceAccount: (deadline) => {
      account ??= accountInFile(env) ?? ownAccount;
      return account(deadline);
    },
  };
}

type Question = (deadline: Deadline) => Promise<Told>;

function accountInFile(env: Environment): Question | undefined {
  const file = credentialsFile(env);
  if (file === undefined) return undefined;
  const told = { value: accountOf(file), final: true };
  return async () => told;
}

/** Where the metadata server is, and whether it must be there: on Cloud Run it is, and one that is not passes. */
type Server = { base: string | undefined; expected: boolean };

/** One question to the metadata server, and how its answer is read; null is read where there is none. */
function source({ base, expected }: Server, path: string, parse: (text: string | null) => string | null): Question {
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
    const final = answer?.kind === 'answered' || (answer?.kind === 'absent' && !expected);
    return { value: parse(answer?.value ?? null), final };
  };
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
  // Other requests may wait for the same answer, so no one's deadline ends it.
  const deadline = deadlineIn(systemClock, TIMEOUT, NO_SHUTDOWN);
  const result = await sendTwice({ ...request, url: base + path, deadline });
  if (result.kind === 'broken' && !result.sent) return { kind: 'absent', value: null };
  if (result.kind === 'answer' && result.http === 404) return { kind: 'answered', value: null };
  const told = result.kind === 'answer' && result.http === 200 && result.headers['metadata-flavor'] === 'Google';
  return told ? { kind: 'answered', value: result.body.trim() } : { kind: 'failed', value: null };
}

function projectOrNull(text: string | null): string | null {
  return text !== null && isProject(text) ? text : null;
}
