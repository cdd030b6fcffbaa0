import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };
import { blocksOf, code, PAGES, proseOf, read, tableOf } from './pages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the pages', () => {
  for (const page of PAGES) {
    it(`${page} links to what is there`, () => {
      for (const [, target = ''] of proseOf(read(page)).matchAll(/\]\(((?!https?:)[^)\s]+)\)/g)) {
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? page : join(dirname(page), path);
        // A copy that was sent to be built has no pictures, nor a history.
        if (file.endsWith('.svg') && !existsSync(join(root, '.git'))) continue;
        assert.ok(existsSync(join(root, file)), target);
        if (anchor !== undefined) assert.ok(anchorsOf(read(file)).includes(anchor), target);
      }
    });

    it(`${page} names scripts that there are`, () => {
      const named = [...read(page).matchAll(/npm run ([a-z-]+)/g)].map(([, script = '']) => script);
      assert.deepEqual(
        named.filter((script) => !Object.hasOwn(packageJson.scripts, script)),
        [],
      );
    });
  }

  it('README is one sitting', () => {
    const lines = read('README.md').trimEnd().split('\n');
    assert.ok(lines.length <= 200, `${lines.length} lines`);
  });

  for (const page of ['README.md', 'docs/reference.md', 'docs/callers.md', 'docs/security.md']) {
    it(`${page} has no code that runs off the screen`, () => {
      const wide = blocksOf(read(page)).flatMap(({ text }) => text.split('\n').filter((line) => line.length > 97));
      assert.deepEqual(wide, []);
    });
  }

  it('CONTRIBUTING.md has the rooms of src/ in the order in which imports go', () => {
    const [, list = ''] = /^const ROOMS = \[\n(.*?)\];/ms.exec(read('test/house.test.ts')) ?? [];
    const rooms = [...list.matchAll(/'(.*)'/g)].map(([, room = '']) => code(room));
    assert.deepEqual(
      tableOf(read('CONTRIBUTING.md'), ['room', 'what']).map(([room]) => room),
      rooms,
    );
  });

  it('the reference has every section that a test cites', () => {
    const anchors = anchorsOf(read('docs/reference.md'));
    const tests = globSync('test/*/**/*.ts', { cwd: root, exclude: ['**/node_modules/**'] });
    const cited = tests.flatMap((file) => [...read(file).matchAll(/\bsection (\d+)\b/g)].map(([, number]) => number));
    assert.ok(cited.length > 50, 'sections are cited');
    for (const number of new Set(cited)) {
      assert.ok(
        anchors.some((anchor) => anchor.startsWith(`${number}-`)),
        `section ${number}`,
      );
    }
  });
});

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  const seen = new Map<string, number>();
  return [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const anchor = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}
