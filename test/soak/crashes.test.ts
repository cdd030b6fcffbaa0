import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { crashes } from './crashes.ts';

describe('60 messages at a function that is killed again and again', () => {
  const seed = Number(process.env['SOAK_SEED'] ?? randomInt(2 ** 31));

  it(`all end in a true final state (seed ${seed})`, async () => {
    const figures = await crashes({ seed, messages: 60, mostKills: 4, longestLife: 500 });
    assert.deepEqual(figures.failures, [], `seed ${seed}`);
    assert.ok(figures.kills >= 1);
  }).timeout(60_000);
});
