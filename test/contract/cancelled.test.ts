import assert from 'node:assert/strict';
import { type HeldStage, startHeldStage } from './held-stage.ts';

/** What Datastream shows of an operation after the cancel, beside its name, and what the outcome must be. */
const SHOWN: readonly { what: string; body: object; outcome: string }[] = [
  { what: 'done with code 1', body: { done: true, error: { code: 1 } }, outcome: 'CANCELLED' },
  { what: 'code 1 and not done', body: { done: false, error: { code: 1 } }, outcome: 'CANCEL_REQUESTED' },
  { what: 'code 1 and nothing about done', body: { error: { code: 1 } }, outcome: 'CANCEL_REQUESTED' },
  {
    what: 'a requested cancellation and not done',
    body: { metadata: { requestedCancellation: true } },
    outcome: 'CANCEL_REQUESTED',
  },
  { what: 'done and nothing else', body: { done: true }, outcome: 'COMPLETED' },
  { what: 'done with an error of code 0', body: { done: true, error: { code: 0 } }, outcome: 'COMPLETED' },
  { what: 'done with an empty error', body: { done: true, error: {} }, outcome: 'COMPLETED' },
  { what: 'done with code 2', body: { done: true, error: { code: 2 } }, outcome: 'FAILED' },
  { what: 'done with code 10', body: { done: true, error: { code: 10, message: 'cancelled' } }, outcome: 'FAILED' },
  { what: 'done with a code in words', body: { done: true, error: { code: 'CANCELLED' } }, outcome: 'UNKNOWN' },
  { what: 'done with code 1.5', body: { done: true, error: { code: 1.5 } }, outcome: 'UNKNOWN' },
  { what: 'done in words', body: { done: 'true', error: { code: 1 } }, outcome: 'UNKNOWN' },
  { what: 'done with an error that is a string', body: { done: true, error: 'cancelled' }, outcome: 'UNKNOWN' },
  {
    what: 'another operation, done with code 1',
    body: { name: 'projects/acme-data/locations/us-central1/operations/other', done: true, error: { code: 1 } },
    outcome: 'UNKNOWN',
  },
  { what: 'no name', body: { name: undefined, done: true, error: { code: 1 } }, outcome: 'UNKNOWN' },
];

describe('section 4: CANCELLED is said only where Datastream shows done and code 1', () => {
  let stage: HeldStage;

  before(async () => {
    stage = await startHeldStage();
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.reset());

  for (const { what, body, outcome } of SHOWN) {
    it(`${outcome} where it shows ${what}`, async () => {
      const { emulator } = stage;
      const name = emulator.startOperation();
      const shown = { kind: 'status', status: 200, body: JSON.stringify({ name, ...body }) } as const;
      emulator.fault({ on: 'get', fault: () => (emulator.counts.requests.cancel > 0 ? shown : undefined) });
      const { record } = await stage.act({ name });
      assert.equal(record.outcome, outcome, record.status.message);
      if (outcome === 'CANCEL_REQUESTED') assert.equal(record.operationAfter?.errorCode, null);
    });
  }

  it('not where the answer to the cancel says so', async () => {
    const name = stage.emulator.startOperation({ onCancel: { kind: 'neverEnds' } });
    const body = JSON.stringify({ name, done: true, error: { code: 1 } });
    stage.emulator.fault({ on: 'cancel', fault: { kind: 'status', status: 200, body, apply: true } });
    const { record } = await stage.act({ name });
    assert.equal(record.outcome, 'CANCEL_REQUESTED');
  });

  it('not where it was cancelled before this request', async () => {
    const { record } = await stage.act({ name: stage.emulator.startOperation({ endsByItself: { kind: 'cancels' } }) });
    assert.deepEqual([record.outcome, record.operationBefore?.errorCode], ['ALREADY_DONE', 1]);
  });

  it('not where Datastream answers the cancel with the code CANCELLED', async () => {
    const name = stage.emulator.startOperation({ onCancel: { kind: 'refuses', error: { code: 'CANCELLED' } } });
    const { http, record } = await stage.act({ name });
    assert.deepEqual([record.outcome, record.status.name, http], ['ERROR', 'CANCELLED', 499]);
  });
});
