import assert from 'node:assert/strict';
import { read, tableOf } from './pages.ts';
import { REASON_TABLES } from './reason-tables.ts';

describe('the reasons', () => {
  for (const { page, header, rows } of REASON_TABLES) {
    it(`in ${page} are those of the source, which node test/docs/write-tables.ts puts there`, () => {
      assert.deepEqual(tableOf(read(page), header), rows);
    });
  }
});
