import { cp, glob, mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildAsGoogleDoes, removeTree } from '../deploy/deployed-tree.ts';

/** Builds the function from what the module uploads and nothing else, as Google does. */
export async function checkSource(folder: string): Promise<string[]> {
  const tree = await mkdtemp(join(tmpdir(), 'uploaded-'));
  try {
    for (const file of await uploaded(folder)) {
      await mkdir(dirname(join(tree, file)), { recursive: true });
      await cp(join(folder, file), join(tree, file));
    }
    await buildAsGoogleDoes(tree);
    return [];
  } catch (error) {
    return [String(error)];
  } finally {
    await removeTree(tree);
  }
}

/** The files that the patterns of terraform/source.tf name. */
async function uploaded(folder: string): Promise<string[]> {
  const source = await readFile(join(folder, 'terraform/source.tf'), 'utf8');
  const patterns = [...source.matchAll(/fileset\(local\.root, "(.+)"\)/g)].map(([, pattern = '']) => pattern);
  return await Array.fromAsync(glob(patterns, { cwd: folder }));
}
