import assert from 'node:assert/strict';
import { readSettings } from '../../src/settings.ts';
import { code, read, tableOf } from './pages.ts';

const rows = tableOf(read('docs/reference.md'), ['variable', 'default', 'meaning']);
const names = rows.map(([cell = '']) => cell.replaceAll('`', ''));

describe('the settings of the reference', () => {
  it('are all that there are', () => {
    const known = [...read('src/settings.ts').matchAll(/^ {4}([A-Z_]+): /gm)].map(([, name]) => name);
    assert.deepEqual(names, known);
  });

  for (const name of names) {
    it(`${name} is read`, () => {
      const result = readSettings({ [name]: '' });
      assert.ok(!result.ok && result.problems.some((problem) => problem.startsWith(`${name}: `)));
    });
  }

  it('have the defaults that are told', () => {
    const defaults = readSettings({});
    assert.ok(defaults.ok);
    const told = rows.filter(([, cell = '']) => cell.startsWith('`')).map(([name, cell]) => [name, cell]);
    const right = Object.entries(defaults.settings).map(([name, value]) => [
      code(name),
      code(typeof value === 'object' && 'text' in value ? value.text : String(value)),
    ]);
    assert.deepEqual(told, right);
  });
});
