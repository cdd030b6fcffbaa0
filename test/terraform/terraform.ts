import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../deploy/recorder.ts';
import { startProviderStubs } from './provider-stub.ts';

/** A copy of what the module reads, and terraform to run in it. */
export type Workspace = AsyncDisposable & {
  readonly folder: string;
  run(...args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }>;
};

/** The folders and files that the module reads: itself, the files it shares with deploy/, and what it uploads. */
const READ = [
  'terraform',
  'deploy',
  'docs/queries',
  'src',
  'build',
  'api',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];

export async function copyModule(): Promise<{ readonly folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'terraform-'));
  for (const part of READ) await cp(join(root, part), join(folder, part), { recursive: true });
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** The version of terraform on PATH; undefined where there is none. */
export async function terraformVersion(): Promise<string | undefined> {
  const finished = await finish('terraform', ['version', '-json'], {});
  const { terraform_version: version }: { terraform_version?: string } =
    finished.code === 0 ? JSON.parse(finished.stdout) : {};
  return version;
}

/** A copy of the module in which terraform is initialised, with providers that know their schemas. */
export async function createWorkspace(): Promise<Workspace> {
  const copy = await copyModule();
  const stubs = await startProviderStubs();
  const config = join(copy.folder, 'terraform.rc');
  await writeFile(config, 'disable_checkpoint = true\n');
  const environment = { ...stubs.environment, TF_CLI_CONFIG_FILE: config, TF_IN_AUTOMATION: '1' };
  const run: Workspace['run'] = async (...args) => {
    const { code, stdout, stderr } = await finish('terraform', args, environment, join(copy.folder, 'terraform'));
    return { code, output: stdout + stderr };
  };
  const initialised = await run('init', '-backend=false', '-no-color');
  if (initialised.code !== 0) throw new Error(initialised.output);
  return {
    folder: copy.folder,
    run,
    async [Symbol.asyncDispose]() {
      await stubs[Symbol.asyncDispose]();
      await copy[Symbol.asyncDispose]();
    },
  };
}

type Finished = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

function finish(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<Finished> {
  const { promise, resolve } = Promise.withResolvers<Finished>();
  const child = spawn(program, args, { cwd, env: { ...process.env, ...environment } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.on('error', (error) => resolve({ code: null, stdout, stderr: String(error) }));
  child.on('close', (code) => resolve({ code, stdout, stderr }));
  return promise;
}
