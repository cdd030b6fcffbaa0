import assert from 'node:assert/strict';
import { overload } from './overload.ts';

describe('150 messages at once, with a quota of 100 calls in 300 ms', () => {
  it('are all carried out in the end', async () => {
    const figures = await overload({ messages: 150, quota: { limit: 100, windowMs: 300, hint: 'details' } });
    assert.deepEqual(figures.failures, []);
    assert.ok(figures.refused > 0);
  }).timeout(60_000);
});
