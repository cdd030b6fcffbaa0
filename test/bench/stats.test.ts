import assert from 'node:assert/strict';
import { median, quantile, spread } from './stats.ts';

describe('statistics of the benchmark', () => {
  it('interpolates between the values, whatever their order', () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.equal(quantile([10, 20, 30, 40, 50], 0.25), 20);
    assert.equal(quantile([0, 100], 0.99), 99);
  });

  it('takes one value for every quantile of itself', () => {
    assert.equal(quantile([7], 0), 7);
    assert.equal(quantile([7], 1), 7);
    assert.equal(spread([7]), 0);
  });

  it('says how far values waver as a share of their median', () => {
    assert.equal(spread([80, 90, 100, 110, 120]), 0.1);
  });

  it('has no figure where nothing was measured', () => {
    assert.ok(Number.isNaN(median([])));
  });
});
