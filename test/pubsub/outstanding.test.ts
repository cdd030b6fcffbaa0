import assert from 'node:assert/strict';
import { boundOutstanding, type Outstanding, type Place } from './outstanding.ts';

// Asks for more places than any bound here allows and collects those that were given.
async function fill(outstanding: Outstanding): Promise<Place[]> {
  const given: Place[] = [];
  for (let n = 0; n < 40; n += 1) void outstanding.acquire().then((place) => given.push(place));
  await settle();
  return given;
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

// Gives all places back at once and counts what is under way afterwards.
async function releaseAll(given: Place[], outstanding: Outstanding, acknowledged: boolean): Promise<number> {
  for (const place of given.splice(0)) place.release(acknowledged);
  await settle();
  return outstanding.current;
}

describe('the bound on outstanding requests', () => {
  it('starts with one and doubles each round up to the maximum', async () => {
    const outstanding = boundOutstanding(5, true);
    const given = await fill(outstanding);
    const rounds = [outstanding.current];
    for (let n = 0; n < 3; n += 1) rounds.push(await releaseAll(given, outstanding, true));
    assert.deepEqual(rounds, [1, 2, 4, 5]);
    assert.equal(outstanding.highest, 5);
  });

  it('halves once for all the requests that fail together', async () => {
    const outstanding = boundOutstanding(8, true);
    const given = await fill(outstanding);
    for (let n = 0; n < 3; n += 1) await releaseAll(given, outstanding, true);
    assert.equal(outstanding.current, 8);
    assert.equal(await releaseAll(given, outstanding, false), 4);
  });

  it('never closes altogether', async () => {
    const outstanding = boundOutstanding(8, true);
    const given = await fill(outstanding);
    for (let n = 0; n < 5; n += 1) assert.equal(await releaseAll(given, outstanding, false), 1);
  });

  it('is the maximum at once without slow start, whatever fails', async () => {
    const outstanding = boundOutstanding(3, false);
    const given = await fill(outstanding);
    assert.equal(outstanding.current, 3);
    assert.equal(await releaseAll(given, outstanding, false), 3);
  });
});
