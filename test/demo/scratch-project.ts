import { cp, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A copy of the project whose source and bundle a test may change. */
export type ScratchProject = AsyncDisposable & {
  /** The path of a file in it. */
  readonly path: (file: string) => string;
};

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PARTS = ['package.json', 'build', 'src', 'test/demo', 'test/dev', 'test/emulator', 'test/pubsub', 'test/support'];

/** Makes a copy without a bundle, with the installed packages of this one. */
export async function openScratchProject(): Promise<ScratchProject> {
  // Where the temporary folder is a link, Node.js would know the copied modules by another path than the test does.
  const root = await mkdtemp(join(await realpath(tmpdir()), 'scratch-project-'));
  const path = (file: string) => join(root, file);
  for (const part of PARTS) await cp(join(ROOT, part), path(part), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), path('node_modules'));
  return { path, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}
