import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the project. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** A finished script: its exit code, and everything that it said. */
export type Finished = { readonly code: number | null; readonly output: string };

/** A machine on which gcloud, bq, curl, npm and sleep only write down what they are asked for. */
export type Recorder = AsyncDisposable & {
  /** Runs a shell script at the top of the project or of `tree`, with these variables and the stand-ins first on PATH. */
  run(script: string, environment?: Readonly<Record<string, string>>): Promise<Finished>;
  /** Every call so far, oldest first: the command and its arguments. */
  commands(): Promise<string[][]>;
  /** Forgets the calls, keeps what was made. */
  forgetCommands(): Promise<void>;
  /** What the deployed function answers to curl, one after the other; the last answer stays. */
  answer(...answers: readonly { readonly status: number | 'none'; readonly body: string }[]): Promise<void>;
  /** Puts resources of a kind there, as if they had been made before: `put('pubsub topics', 'a')`, `put('bq', 'set.table')`. */
  put(kind: string, ...names: readonly string[]): Promise<void>;
  /** The folder with state, records and headers. */
  readonly folder: string;
};

const standIns = {
  gcloud: 'gcloud.sh',
  bq: 'bq.sh',
  curl: 'curl.sh',
  git: 'anything.sh',
  npm: 'anything.sh',
  sleep: 'anything.sh',
};

/** What a script may use besides the stand-ins where `closed` keeps everything else from it. */
const harmless =
  'base64 basename bash cat cut date dirname env grep head ln mkdir mktemp mv od openssl printf python3 rm rmdir sed sh tail tee touch tr wc';

/** Where scripts run, if not at the top of the project, and what is typed on their standard input. */
type RecorderOptions = {
  /** A folder to run scripts in. They then find nothing on PATH but the stand-ins and some harmless tools. */
  readonly tree?: string;
  readonly input?: string;
};

/** Makes a recorder in a folder of its own. */
export async function createRecorder(options: RecorderOptions = {}): Promise<Recorder> {
  const folder = await mkdtemp(join(tmpdir(), 'recorder-'));
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await mkdir(join(folder, 'state'));
  await writeFile(join(folder, 'commands'), '');
  for (const [name, file] of Object.entries(standIns)) {
    const script = `#!/bin/sh\nSTANDS_FOR=${name} exec bash '${join(root, 'test/deploy/fakes', file)}' "$@"\n`;
    await writeFile(join(bin, name), script);
    await chmod(join(bin, name), 0o755);
  }
  const outside = process.env['PATH'] ?? '';
  if (options.tree !== undefined) {
    await linkTools(bin, outside);
  }
  const path = options.tree === undefined ? `${bin}${delimiter}${outside}` : bin;

  return {
    folder,
    run: (script, environment = {}) =>
      finish(script, {
        environment: { PATH: path, HOME: folder, RECORDER: folder, ...environment },
        folder: options.tree ?? root,
        input: options.input ?? '',
      }),
    async commands() {
      const text = await readFile(join(folder, 'commands'), 'utf8');
      return text
        .split('\x1e')
        .slice(0, -1)
        .map((record) => record.split('\x1f').slice(0, -1));
    },
    forgetCommands: () => writeFile(join(folder, 'commands'), ''),
    answer: (...answers) =>
      writeFile(join(folder, 'answers'), answers.map(({ status, body }) => `${status} ${body}\n`).join('')),
    async put(kind, ...names) {
      const files = names.map((name) => join(folder, 'state', `${kind.replaceAll(' ', '.')}.${name}`));
      await Promise.all(files.map((file) => writeFile(file, '')));
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function linkTools(bin: string, path: string): Promise<void> {
  for (const tool of harmless.split(' ')) {
    const found = path
      .split(delimiter)
      .map((folder) => join(folder, tool))
      .find((file) => existsSync(file));
    if (found !== undefined) {
      await symlink(found, join(bin, tool));
    }
  }
}

type Circumstances = {
  /** All of it: a build that runs these tests has variables like the ones under test. */
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly input: string;
};

function finish(script: string, { environment, folder, input }: Circumstances): Promise<Finished> {
  const { promise, resolve, reject } = Promise.withResolvers<Finished>();
  const shell = spawn('bash', ['-c', script], { cwd: folder, env: environment });
  const chunks: Buffer[] = [];
  shell.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  shell.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  shell.on('error', reject);
  shell.on('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString('utf8') }));
  // A script that ends without having read its input closes the pipe.
  shell.stdin.on('error', () => undefined);
  shell.stdin.end(input);
  return promise;
}

/** A call as one line, for comparing and for messages. */
export const line = (command: readonly string[]): string => command.join(' ');

/** The calls whose line begins like this. */
export const callsOf = (commands: readonly string[][], beginning: string): string[][] =>
  commands.filter((command) => line(command).startsWith(beginning));

const changing = / (?:create|delete|undelete|deploy|remove-iam-policy-binding|mk|rm) /;

/** The calls, each as a line, that make something or take something away. */
export const changes = async (recorder: Recorder): Promise<string[]> =>
  (await recorder.commands()).map(line).filter((call) => changing.test(call));
