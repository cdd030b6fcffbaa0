import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** The rooms of src/ in the order in which a request meets them. An import goes to the same room or to one further down. */
const ROOMS = [
  'index',
  'assemble',
  'handle-request',
  'framework',
  'cancellation',
  'permission',
  'answer',
  'record',
  'caller',
  'google',
  'command',
  'delivery',
  'settings',
  'terms',
];

describe('src/', () => {
  const files = globSync('**/*.ts', { cwd: SRC });
  const imports = files.flatMap((file) =>
    [...readFileSync(join(SRC, file), 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+\.ts)'/g)].map(([, path = '']) => ({
      from: file,
      to: relative(SRC, join(SRC, dirname(file), path)),
    })),
  );

  it('has the rooms of CONTRIBUTING.md and no others', () => {
    assert.deepEqual([...new Set(files.map(roomOf))].sort(), [...ROOMS].sort());
  });

  it('imports in one direction', () => {
    assert.ok(imports.length > files.length, 'imports are found');
    const up = imports.filter(({ from, to }) => ROOMS.indexOf(roomOf(from)) > ROOMS.indexOf(roomOf(to)));
    assert.deepEqual(up, []);
  });

  it('has no circle of files, but for types that refer to each other', () => {
    const values = new Map(files.map((file) => [file, valueImportsOf(file)]));
    for (const file of files) assert.ok(!reaches(values, file, file), `${file} imports itself by way of others`);
  });
});

function roomOf(file: string): string {
  const [room = ''] = file.split('/');
  return room.replace(/\.ts$/, '');
}

/** What a file imports that is still there when the types are stripped. */
function valueImportsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  const paths = [...text.matchAll(/^import (?!type )(?:[^']*)'(\.[^']+\.ts)'/gm)].map(([, path = '']) => path);
  return paths.map((path) => relative(SRC, join(SRC, dirname(file), path)));
}

function reaches(values: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [...(values.get(from) ?? [])];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (file === to) return true;
    if (seen.has(file)) continue;
    seen.add(file);
    open.push(...(values.get(file) ?? []));
  }
  return false;
}
