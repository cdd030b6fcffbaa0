import assert from 'node:assert/strict';
import { REASONS } from '../../src/terms/reason.ts';
import { read, tableOf } from './pages.ts';
import { REASON_TABLES } from './reason-tables.ts';

describe('the reasons', () => {
  for (const { page, header, rows } of REASON_TABLES) {
    it(`in ${page} are those of the source, which node test/docs/write-tables.ts puts there`, () => {
      assert.deepEqual(tableOf(read(page), header), rows);
    });
  }

  it('that operators are told about are some of them', () => {
    const rows = tableOf(read('docs/operating.md'), ["reason of this function's", 'what to do']);
    const own = rows.flatMap(([names = '']) => names.replaceAll('`', '').split(', '));
    assert.ok(own.length > 3);
    // `CREDENTIALS_…` stands for all that begin so.
    const unknown = own.filter(
      (name) =>
        !Object.keys(REASONS).some(
          (reason) => name === reason || (name.endsWith('…') && reason.startsWith(name.slice(0, -1))),
        ),
    );
    assert.deepEqual(unknown, []);
  });
});
