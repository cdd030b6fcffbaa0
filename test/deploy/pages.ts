import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deployedProject, notFound } from './build.ts';
import { createRecorder, type Finished, type Recorder, root } from './recorder.ts';

/** The pages of the project that are here; a build gets only some of them. */
export async function listPages(): Promise<string[]> {
  const files = [...(await readdir(root)), ...(await readdir(join(root, 'docs'))).map((file) => `docs/${file}`)];
  return files.filter((file) => file.endsWith('.md')).sort();
}

export const readPage = (page: string): Promise<string> => readFile(join(root, page), 'utf8');

/** The commands of a page: its blocks marked bash or sh, in order. */
export function commandBlocks(page: string): string[] {
  return [...page.matchAll(/^```(?:bash|sh)\n(?<block>.*?)^```$/gms)].map(({ groups }) => groups?.['block'] ?? '');
}

/** gcloud commands that a page mentions in running text, as they stand there; those with an ellipsis are left out. */
export function mentionedCommands(page: string): string[] {
  const prose = page.replace(/^```.*?^```$/gms, '');
  const mentions = [...prose.matchAll(/`(?<mention>gcloud [^`…]+)`/g)].map(({ groups }) => groups?.['mention'] ?? '');
  return mentions.map((mention) => mention.replaceAll(/\s+/g, ' '));
}

/**
 * Follows a page: runs all its commands one after the other, as somebody who pastes them into one terminal, in a project
 * where everything is deployed already. The caller disposes of the recorder.
 */
export async function followPage(page: string): Promise<{ finished: Finished; recorder: Recorder }> {
  const recorder = await createRecorder({
    closed: true,
    from: await deployedProject(),
    input: 'acme-data\nacme-data\n',
  });
  await recorder.answer(notFound);
  await recorder.put('datastream operations', 'operation-1751412314093-638e674d63861-478a3a02-740f2b50');
  await recorder.put('iam service-accounts', 'ops-bot');
  await recorder.put('logging buckets', '_Default');
  const script = ['set -euo pipefail', ...commandBlocks(await readPage(page))].join('\n');
  return { finished: await recorder.run(script), recorder };
}
