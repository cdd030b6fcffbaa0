import assert from 'node:assert/strict';
import { soakOptions } from './options.ts';

describe('what the soak is told', () => {
  it('is any seed that it may have drawn itself', () => {
    for (const seed of [0, 1352095678, 2 ** 31 - 1]) {
      assert.equal(soakOptions(['--only=faults', `--seed=${seed}`]).seed, seed);
    }
    const drawn = soakOptions([]).seed;
    assert.equal(soakOptions([`--seed=${drawn}`]).seed, drawn);
  });

  it('is refused where it is no number', () => {
    for (const seed of ['', 'x', '-1', '1.5', '12345678901']) assert.throws(() => soakOptions([`--seed=${seed}`]));
  });
});
