import assert from 'node:assert/strict';
import { manyOperations } from './many-operations.ts';

describe('a sweep of 20 operations', () => {
  it('takes no more memory out of 50,000 than out of 500, but for a page', async () => {
    const few = await manyOperations(500);
    const many = await manyOperations(50_000);
    assert.deepEqual([...few.failures, ...many.failures], []);
    // Fifty thousand operations are some 30 MB of JSON and a multiple of that as objects. Off Linux there is no figure.
    assert.ok(!(many.peak > few.peak + 50), `${few.peak} MiB and ${many.peak} MiB`);
  }).timeout(60_000);
});
