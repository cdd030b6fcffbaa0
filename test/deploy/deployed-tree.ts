import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as z from 'zod';
import { freePort } from '../support/process.ts';
import { root } from './recorder.ts';
import { listUpload } from './upload.ts';

const run = promisify(execFile);

/** A variable that would tell a child which npm script it runs under, or which Node.js to prefer, is left out. */
const environment = (nodeEnv: string): NodeJS.ProcessEnv => ({
  PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
  HOME: process.env['HOME'],
  NODE_ENV: nodeEnv,
  // What the cache has is taken from there; else this is npm ci as Google runs it.
  npm_config_prefer_offline: 'true',
});

/** A folder that holds just what .gcloudignore lets through. */
export async function copyUpload(): Promise<string> {
  const tree = await mkdtemp(join(tmpdir(), 'deployed-'));
  for (const file of await listUpload(root)) {
    await mkdir(dirname(join(tree, file)), { recursive: true });
    await cp(join(root, file), join(tree, file));
  }
  return tree;
}

/**
 * Does what Google's Node.js buildpacks do with a function that has a gcp-build script: install with devDependencies,
 * build, prune, look whether main is there, check its syntax. In their words: github.com/GoogleCloudPlatform/buildpacks,
 * cmd/nodejs/npm and cmd/nodejs/functions_framework.
 */
export async function buildAsGoogleDoes(tree: string): Promise<void> {
  const options = { cwd: tree, env: environment('development'), maxBuffer: 16 * 1024 * 1024 };
  await run('npm', ['ci', '--quiet', '--no-fund', '--no-audit'], options);
  await run('npm', ['run', 'gcp-build'], options);
  await run('npm', ['prune', '--omit=dev'], { ...options, env: environment('production') });
  const { main } = z.object({ main: z.string() }).parse(JSON.parse(await readFile(join(tree, 'package.json'), 'utf8')));
  await run(process.execPath, ['--check', main], options);
}

/** A running function. */
export type Deployed = AsyncDisposable & { readonly url: string; log(): string };

/** Starts the function as the buildpack's process does, on a free port, and waits until it listens. */
export async function startAsGoogleDoes(tree: string, settings: Readonly<Record<string, string>>): Promise<Deployed> {
  const port = await freePort();
  const child = spawn('/bin/bash', ['-c', 'exec node_modules/.bin/functions-framework'], {
    cwd: tree,
    env: { ...environment('production'), PORT: String(port), FUNCTION_TARGET: 'cancelOperation', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  const url = `http://127.0.0.1:${port}`;
  while (!(await answers(url))) {
    if (child.exitCode !== null) {
      throw new Error(`The function did not start:\n${log}`);
    }
    await pause(20);
  }
  return {
    url,
    log: () => log,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

/** Removes the folder again. */
export const removeTree = (tree: string): Promise<void> => rm(tree, { recursive: true, force: true });
