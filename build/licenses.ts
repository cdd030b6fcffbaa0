import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const manifestSchema = z.object({ name: z.string(), version: z.string(), license: z.string() });

/** The folders of the packages that these files belong to, each once, sorted. Files of no package are left out. */
export function packagesOf(files: readonly string[]): string[] {
  const folders = files.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file.replaceAll('\\', '/'))?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

/** Name, version, licence and its text of each package that has these files. Throws where one names no licence. */
export function licensesOf(files: readonly string[]): string {
  const told = packagesOf(files).map((folder) => {
    const { name, version, license } = manifestSchema.parse(
      JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
    );
    const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file));
    const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
    const text = texts.length > 0 ? texts.join('\n\n') : 'The package comes without its text.';
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return told.join(`\n${'-'.repeat(80)}\n\n`);
}
