import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../support/until.ts';
import { watchFolder } from './watch.ts';

describe('a watched folder', () => {
  let folder: string;
  let watcher: Disposable;
  let changes: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watch-test-'));
    await mkdir(join(folder, 'inner'));
    await writeFile(join(folder, 'inner/a.ts'), '0');
    changes = [];
    watcher = watchFolder(folder, (path) => changes.push(path));
  });

  afterEach(async () => {
    watcher[Symbol.dispose]();
    await rm(folder, { recursive: true });
  });

  /** Does something and waits until a change of this path is told. */
  async function tellsOf(path: string, act: () => Promise<unknown>): Promise<void> {
    changes.length = 0;
    await act();
    await until(`a change of ${path}, not ${changes}`, () => changes.includes(path));
  }

  const write = (path: string) => () => writeFile(join(folder, path), 'new');

  /** As editors do that want no half-written file. */
  const replace = (path: string) => async () => {
    await writeFile(join(folder, `${path}.tmp`), 'new');
    await rename(join(folder, `${path}.tmp`), join(folder, path));
  };

  it('tells of a file that is written, again and again', async () => {
    await tellsOf('inner/a.ts', write('inner/a.ts'));
    await tellsOf('inner/a.ts', write('inner/a.ts'));
  });

  it('tells of a file that is replaced, again and again', async () => {
    await tellsOf('inner/a.ts', replace('inner/a.ts'));
    await tellsOf('inner/a.ts', replace('inner/a.ts'));
    await tellsOf('inner/a.ts', write('inner/a.ts'));
  });

  it('tells of a file in a new folder, and once it was deleted and made again', async () => {
    for (let time = 0; time < 2; time += 1) {
      await tellsOf('new', () => mkdir(join(folder, 'new')));
      await tellsOf('new/b.ts', write('new/b.ts'));
      changes.length = 0;
      await rm(join(folder, 'new'), { recursive: true });
      await until('a change', () => changes.length > 0);
    }
  });

  it('tells of many changes at once only when it is quiet again', async () => {
    for (let file = 0; file < 20; file += 1) writeFileSync(join(folder, `inner/${file}.ts`), 'new');
    await until('a change', () => changes.length > 0);
    assert.equal(changes.length, 1);
  });
});
