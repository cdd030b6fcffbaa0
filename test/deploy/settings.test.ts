import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSettings } from '../../src/settings.ts';
import { listPages, readPage } from './pages.ts';
import { root } from './recorder.ts';

/** The settings that the function knows: an environment in which every variable is set but empty has a problem with each. */
function knownSettings(): string[] {
  const everyVariable = new Proxy<Record<string, string>>({}, { get: () => '', has: () => true });
  const read = readSettings(everyVariable);
  return read.ok ? [] : [...new Set(read.problems.map((problem) => problem.split(':')[0] ?? ''))].sort();
}

/** What deploy/settings.yaml sets; with `all`, what it has commented out as well. */
async function settingsFile(all: boolean): Promise<Record<string, string>> {
  const text = await readFile(join(root, 'deploy/settings.yaml'), 'utf8');
  const lines = text.matchAll(/^(?<comment># )?(?<name>[A-Z_]+): '?(?<value>.*?)'?$/gm);
  const used = [...lines].filter(({ groups }) => all || groups?.['comment'] === undefined);
  return Object.fromEntries(used.map(({ groups }) => [groups?.['name'], groups?.['value']]));
}

describe('deploy/settings.yaml', () => {
  it('is right as it is', async () => {
    assert.equal(readSettings(await settingsFile(false)).ok, true);
  });

  it('is right with all that it has commented out', async () => {
    assert.equal(readSettings(await settingsFile(true)).ok, true);
  });

  it('has every setting but the secrets, which come from Secret Manager, and the endpoint', async () => {
    const names = [...Object.keys(await settingsFile(true)), 'WEBHOOK_SECRETS', 'DATASTREAM_ENDPOINT'];
    assert.deepEqual(names.sort(), knownSettings());
  });

  it('is explained, setting by setting, on the page about deploying', async function () {
    if (!(await listPages()).includes('docs/deploying.md')) {
      this.skip();
    }
    const rows = (await readPage('docs/deploying.md')).matchAll(/^\| `(?<name>[A-Z]+_[A-Z_]+)`.*?\|/gm);
    const names = [...rows].flatMap(({ 0: row }) => [...row.matchAll(/[A-Z]+_[A-Z_]+/g)].map(([name]) => name));
    assert.deepEqual(names.sort(), knownSettings());
  });
});
