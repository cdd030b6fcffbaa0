import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { type Contender, root } from './contenders.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Installs the peers, unless that was done since their lock file changed. Throws where npm fails. */
export async function installPeers(): Promise<void> {
  const installed = join(here, 'node_modules/.package-lock.json');
  const lock = join(here, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  // npm's own words go to stderr: stdout is for the tables.
  const stdio = ['ignore', process.stderr, 'inherit'] as const;
  const child = spawn('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: here,
    stdio: [...stdio],
    shell: process.platform === 'win32',
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`npm could not install the peers in ${here}.`);
}

/** Throws unless all contenders run on the same version of the framework. */
export function checkFrameworks(contenders: readonly Contender[]): void {
  const version = z.object({ version: z.string() });
  const read = (directory: string) =>
    version.parse(JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))).version;
  const versions = new Set(contenders.map(({ framework }) => read(framework)));
  if (versions.size > 1) throw new Error(`The frameworks differ: ${[...versions].join(', ')}.`);
}

/** What is deployed, by its content and in bytes: V8's code cache, and all the rest. */
export type Dist = { digest: string; bundle: number; codeCache: number };

/** Looks at `dist`. Throws where nothing was built. */
export function readDist(): Dist {
  const dist = join(root, 'dist');
  if (!existsSync(dist)) throw new Error('The function is not built: npm run build.');
  const entries = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map(({ parentPath, name }) => ({ name, content: readFileSync(join(parentPath, name)) }));
  const sizeOf = (some: typeof files) => some.reduce((sum, { content }) => sum + content.length, 0);
  const hash = createHash('sha256');
  for (const { content } of files) hash.update(content);
  return {
    digest: hash.digest('hex'),
    bundle: sizeOf(files.filter(({ name }) => !name.endsWith('.cache'))),
    codeCache: sizeOf(files.filter(({ name }) => name.endsWith('.cache'))),
  };
}
