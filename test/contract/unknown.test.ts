import assert from 'node:assert/strict';
import { breakLaterReads, expectOutcome, ok } from './expected.ts';
import { type HeldStage, startHeldStage } from './held-stage.ts';

describe('section 4: what cannot be learned after a cancel', () => {
  let stage: HeldStage;

  before(async () => {
    stage = await startHeldStage();
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.reset());

  describe('is UNKNOWN and not ERROR', () => {
    it('where Datastream took the cancel and every later read fails', async () => {
      const name = stage.emulator.startOperation();
      breakLaterReads(stage);
      const expected = { outcome: 'UNKNOWN', http: 503, code: 14, attempts: 1 };
      const { record } = await expectOutcome(stage, name, {}, expected);
      assert.equal(record.operationAfter, null);
    });

    it('with the code of a read that is refused', async () => {
      const name = stage.emulator.startOperation();
      breakLaterReads(stage, 'PERMISSION_DENIED');
      await expectOutcome(stage, name, {}, { outcome: 'UNKNOWN', http: 403, code: 7, attempts: 1 });
    });

    for (const kind of ['resetAfter', 'resetBefore'] as const) {
      it(`where the answer was lost (${kind}) and every later read fails`, async () => {
        const name = stage.emulator.startOperation();
        stage.emulator.fault({ on: 'cancel', fault: { kind } });
        breakLaterReads(stage);
        await expectOutcome(stage, name, {}, { outcome: 'UNKNOWN', http: 503, code: 14, attempts: 1 });
      });
    }
  });

  describe('a later read that works decides', () => {
    it('CANCEL_REQUESTED where it showed it running and all others fail', async () => {
      const name = stage.emulator.startOperation({ onCancel: { kind: 'cancels', afterMs: 5000 } });
      let reads = 0;
      const failed = { kind: 'error', error: { code: 'UNAVAILABLE' } } as const;
      stage.emulator.fault({
        on: 'get',
        fault: () => {
          reads += 1;
          return reads > 2 ? failed : undefined;
        },
      });
      await expectOutcome(stage, name, {}, ok('CANCEL_REQUESTED'));
    });

    it('CANCELLED where others fail before it', async () => {
      const name = stage.emulator.startOperation();
      const failed = { kind: 'error', error: { code: 'UNAVAILABLE' } } as const;
      stage.emulator.fault({
        on: 'get',
        times: 8,
        fault: () => (stage.emulator.counts.requests.cancel > 0 ? failed : undefined),
      });
      await expectOutcome(stage, name, { wait: '30s' }, ok('CANCELLED'));
      assert.equal(stage.emulator.counts.requests.get, 10);
    });
  });
});
