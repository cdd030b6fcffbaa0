import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './recorder.ts';

/**
 * The files that Google Cloud is sent, as paths from the top, sorted. Understands as much of .gcloudignore as ours uses:
 * everything at the top is out but for the names after `!`, then patterns for names that are out anywhere.
 */
export async function listUpload(): Promise<string[]> {
  const text = await readFile(join(root, '.gcloudignore'), 'utf8');
  const [everything, ...patterns] = text.split('\n').filter((pattern) => pattern !== '' && !pattern.startsWith('#'));
  if (everything !== '/*') {
    throw new Error('.gcloudignore no longer begins with /*: teach this function what it says now');
  }
  const allowed = patterns.filter((pattern) => pattern.startsWith('!/')).map((pattern) => pattern.slice(2));
  const never = patterns.filter((pattern) => !pattern.startsWith('!')).map(namePattern);
  const files: string[] = [];
  for (const name of allowed) {
    const [folder, file] = name.endsWith('/') ? [name.slice(0, -1), undefined] : ['', name];
    files.push(...(await filesIn(folder, never, file)));
  }
  return files.sort();
}

async function filesIn(folder: string, never: readonly RegExp[], only?: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  const kept = entries.filter(({ name }) => (only ?? name) === name && !never.some((pattern) => pattern.test(name)));
  const lists = kept.map(async (entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? await filesIn(path, never) : [path];
  });
  return (await Promise.all(lists)).flat();
}

/** A pattern for names, such as `*.pem` or `node_modules/`, as a regular expression. */
const namePattern = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/\/$/, '').replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
