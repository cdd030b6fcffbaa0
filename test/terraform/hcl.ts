import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** A value in HCL. What is computed is text with `${…}` in it. */
export type Hcl = string | number | boolean | null | Hcl[] | { [key: string]: Hcl };
export type Body = { [key: string]: Hcl };

/** One block such as `resource "google_pubsub_topic" "commands"`. */
export type Declared = { kind: string; type: string; name: string; body: Body };

// Loaded like this, because types are checked without this folder's own packages too.
const load = createRequire(import.meta.url);

/** Every resource, data source, ephemeral resource, variable, module and run of a folder's files with this ending. */
export async function readFolder(folder: string, ending = '.tf'): Promise<Declared[]> {
  const { parse }: { parse: (file: string, text: string) => Promise<Body> } = load('@cdktf/hcl2json');
  const files = readdirSync(folder).filter((file) => file.endsWith(ending));
  const parsed = await Promise.all(files.map((file) => parse(file, readFileSync(join(folder, file), 'utf8'))));
  return parsed.flatMap((file) => [
    ...['resource', 'data', 'ephemeral'].flatMap((kind) =>
      Object.entries(bodyOf(file[kind])).flatMap(([type, named]) => declared(kind, type, named)),
    ),
    ...['variable', 'module', 'run'].flatMap((kind) => declared(kind, kind, file[kind])),
    ...blocksOf(file['import']).map((body) => ({ kind: 'import', type: 'import', name: String(body['to']), body })),
  ]);
}

const declared = (kind: string, type: string, named: Hcl | undefined): Declared[] =>
  Object.entries(bodyOf(named)).flatMap(([name, bodies]) =>
    blocksOf(bodies).map((body) => ({ kind, type, name, body })),
  );

/** An object as it is; nothing as an empty one. */
export const bodyOf = (value: Hcl | undefined): Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

/** The bodies of a block that may stand there several times. */
export const blocksOf = (value: Hcl | undefined): Body[] => (Array.isArray(value) ? value.map(bodyOf) : []);
