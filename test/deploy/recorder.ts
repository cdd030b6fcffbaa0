import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the project. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** A finished script: its exit code, and everything that it said. */
export type Finished = { readonly code: number | null; readonly output: string };

/** A machine on which gcloud, bq, curl, npm and sleep only write down what they are asked for. */
export type Recorder = AsyncDisposable & {
  /** Runs a shell script at the top of a copy of what deploys, with these variables and the stand-ins first on PATH. */
  run(script: string, environment?: Readonly<Record<string, string>>): Promise<Finished>;
  /** Writes a file of that copy: `write('deploy/settings.public.yaml', 'CALLER_AUTH: verify')`. */
  write(file: string, text: string): Promise<void>;
  /** Every call so far, oldest first: the command and its arguments. */
  commands(): Promise<string[][]>;
  /** Forgets the calls, keeps what was made. */
  forgetCommands(): Promise<void>;
  /** What the deployed function answers to curl, one after the other; the last answer stays. */
  answer(...answers: readonly { readonly status: number | 'none'; readonly body: string }[]): Promise<void>;
  /** Puts resources of a kind there, as if they had been made before: `put('pubsub topics', 'a')`, `put('bq', 'set.table')`. */
  put(kind: string, ...names: readonly string[]): Promise<void>;
  /** All that is there and who may what, for another recorder to begin with. */
  snapshot(): Promise<Snapshot>;
  /** What is there, as `kind.name`, sorted. */
  resources(): Promise<string[]>;
  /** A file that the stand-ins keep: `stdin`, `headers`, `variables` of the service, `bindings`. Empty where it is not there. */
  kept(file: string): Promise<string>;
};

const standIns = {
  gcloud: 'gcloud.sh',
  bq: 'bq.sh',
  curl: 'curl.sh',
  git: 'anything.sh',
  npm: 'anything.sh',
  sleep: 'anything.sh',
};

/** What a script may use besides the stand-ins where everything else is kept from it. */
const harmless =
  'awk base64 basename bash cat cp cut date dirname env grep head ln mkdir mktemp mv od openssl paste printf python3 rm rmdir sed sh tail tee touch tr wc';

/** The files of a recorder that stand for what was made, by name. */
export type Snapshot = ReadonlyMap<string, string>;

type RecorderOptions = {
  /** What is there at the beginning. */
  readonly from?: Snapshot;
  /** Scripts find nothing on PATH but the stand-ins and some harmless tools: for commands of a page. */
  readonly closed?: boolean;
  /** What is typed on their standard input. */
  readonly input?: string;
};

/** Makes a recorder in a folder of its own. */
export async function createRecorder(options: RecorderOptions = {}): Promise<Recorder> {
  const folder = await mkdtemp(join(tmpdir(), 'recorder-'));
  const bin = join(folder, 'bin');
  const state = join(folder, 'state');
  const tree = join(folder, 'tree');
  await Promise.all([bin, state].map((name) => mkdir(name)));
  for (const part of ['deploy', 'docs/queries', 'cloudbuild.yaml']) {
    await cp(join(root, part), join(tree, part), { recursive: true });
  }
  await writeFile(join(folder, 'commands'), '');
  for (const [name, file] of Object.entries(standIns)) {
    const fake = join(root, 'test/deploy/fakes', file);
    const script = `#!/usr/bin/env bash\nSTANDS_FOR=${name}\nsource '${fake}' "$@"\n`;
    await writeFile(join(bin, name), script, { mode: 0o755 });
  }
  for (const [file, text] of options.from ?? []) {
    await writeFile(join(folder, file), text);
  }
  const outside = process.env['PATH'] ?? '';
  if (options.closed) {
    await linkTools(bin, outside);
  }
  const path = options.closed ? bin : `${bin}${delimiter}${outside}`;
  const kept = (file: string) => readFile(join(folder, file), 'utf8').catch(() => '');

  return {
    run: (script, environment = {}) =>
      finish(script, {
        environment: { PATH: path, HOME: folder, RECORDER: folder, ...environment },
        folder: tree,
        input: options.input ?? '',
      }),
    write: (file, text) => writeFile(join(tree, file), text),
    async commands() {
      const records = (await kept('commands')).split('\x1e\n').slice(0, -1);
      return records.map((record) => record.replaceAll('\x1d', '\n').split('\x1f').slice(0, -1));
    },
    forgetCommands: () => writeFile(join(folder, 'commands'), ''),
    answer: (...answers) =>
      writeFile(join(folder, 'answers'), answers.map(({ status, body }) => `${status} ${body}\n`).join('')),
    async put(kind, ...names) {
      const files = names.map((name) => `${kind.replaceAll(' ', '.')}.${name.replaceAll('/', '_')}`);
      await Promise.all(files.map((file) => writeFile(join(state, file), '')));
    },
    async snapshot() {
      const files = ['bindings', ...(await readdir(state)).map((file) => `state/${file}`)];
      return new Map(await Promise.all(files.map(async (file) => [file, await kept(file)] as const)));
    },
    resources: async () => (await readdir(state)).sort(),
    kept,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function linkTools(bin: string, path: string): Promise<void> {
  for (const tool of harmless.split(' ')) {
    const found = path
      .split(delimiter)
      .map((folder) => join(folder, tool))
      // A version manager's stand-in for a program needs the manager itself on PATH.
      .find((file) => existsSync(file) && !file.includes('/shims/'));
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

const changing =
  /^(?:gcloud|bq)(?: [a-z-]+)*? (?:create|delete|undelete|deploy|remove-iam-policy-binding|mk|rm)(?: |$)/;

/** The calls, each as a line, that make something or take something away. */
export const changes = async (recorder: Recorder): Promise<string[]> =>
  (await recorder.commands()).map(line).filter((call) => changing.test(call));

/** The one call whose line begins like this, as a line; throws where there are more or none. */
export async function theOne(recorder: Recorder, beginning: string): Promise<string> {
  const calls = callsOf(await recorder.commands(), beginning);
  assert.equal(calls.length, 1, `${beginning}: asked ${calls.length} times`);
  return line(calls[0] ?? []);
}

/** The one call that begins like this must have these flags. */
export async function assertAsked(recorder: Recorder, beginning: string, flags: readonly string[]): Promise<void> {
  const call = await theOne(recorder, beginning);
  for (const flag of flags) {
    assert.ok(` ${call} `.includes(` ${flag} `), `${flag} is missing in: ${call}`);
  }
}
