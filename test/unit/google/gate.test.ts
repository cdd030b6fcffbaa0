import assert from 'node:assert/strict';
import { setTimeout as passing } from 'node:timers/promises';
import { gate } from '../../../src/google/gate.ts';
import { deadlineIn, NO_SHUTDOWN, systemClock } from '../../../src/terms/clock.ts';

describe('the gate before pages of operations', () => {
  const deadline = (milliseconds: number) => deadlineIn(systemClock, milliseconds, NO_SHUTDOWN);

  it('lets so many through at once, and the others in their order', async () => {
    const through = gate(2);
    const order: number[] = [];
    let inside = 0;
    let most = 0;
    const task = (index: number) => async () => {
      order.push(index);
      inside++;
      most = Math.max(most, inside);
      await passing(5);
      inside--;
      return { index };
    };
    const some = (indexes: readonly number[]) => indexes.map((index) => through(task(index), deadline(5000)));
    const first = some([0, 1, 2, 3]);
    await passing(7);
    const results = await Promise.all([...first, ...some([4, 5, 6, 7])]);
    assert.deepEqual(order, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.equal(most, 2);
    assert.deepEqual(
      results,
      order.map((index) => ({ index })),
    );
  });

  it('gives up at the deadline, and lets the next ones through all the same', async () => {
    const through = gate(1);
    const held = Promise.withResolvers<object>();
    const first = through(() => held.promise, deadline(5000));
    const late = await through(async () => assert.fail('it was let through'), deadline(10));
    assert.equal('reason' in late && late.reason, 'DEADLINE_PASSED');
    held.resolve({});
    await first;
    assert.deepEqual(await through(async () => ({ through: true }), deadline(5000)), { through: true });
  });

  it('is not held by a task that fails', async () => {
    const through = gate(1);
    await assert.rejects(through(() => Promise.reject(new Error('fault')), deadline(5000)));
    assert.deepEqual(await through(async () => ({ through: true }), deadline(5000)), { through: true });
  });
});
