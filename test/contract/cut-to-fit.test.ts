import assert from 'node:assert/strict';
import { startEmulator } from '../emulator/emulator.ts';
import { post } from '../soak/post.ts';
import { heldClock } from '../support/clock.ts';
import { startFunction } from '../support/function.ts';

describe('section 7: a wait that is cut to fit REQUEST_DEADLINE', () => {
  const cases = [
    { deadline: '1s', cancelledAfter: 700, outcome: 'CANCELLED' },
    { deadline: '1s', cancelledAfter: 900, outcome: 'CANCEL_REQUESTED' },
    { deadline: '55s', cancelledAfter: 53_000, outcome: 'CANCELLED' },
    { deadline: '55s', cancelledAfter: 54_000, outcome: 'CANCEL_REQUESTED' },
  ];
  for (const { deadline, cancelledAfter, outcome } of cases) {
    it(`of ${deadline} lasts nearly as long: ${outcome} where the operation ends after ${cancelledAfter} ms`, async () => {
      const clock = heldClock();
      await using emulator = await startEmulator({ now: clock.now });
      const env = { ...emulator.environment, REQUEST_DEADLINE: deadline };
      await using fn = await startFunction(env, { clock });
      const name = emulator.startOperation({ onCancel: { kind: 'cancels', afterMs: cancelledAfter } });
      const { record } = await post(fn.url, { name, wait: '600s' }, 'WEBHOOK', 0);
      assert.equal(record.outcome, outcome);
    });
  }
});
