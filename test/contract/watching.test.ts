import assert from 'node:assert/strict';
import { expectOutcome, ok } from './expected.ts';
import { type HeldStage, startHeldStage } from './held-stage.ts';
import { startBeside } from './stage.ts';

describe('section 4: watching for the outcome', () => {
  let stage: HeldStage;

  before(async () => {
    stage = await startHeldStage({ env: { REQUEST_DEADLINE: '120s' } });
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.reset());

  const sum = (pauses: readonly number[]) => pauses.reduce((all, pause) => all + pause, 0);

  it('looks at once and then with growing pauses, until the wait has passed', async () => {
    const name = stage.emulator.startOperation({ onCancel: { kind: 'neverEnds' } });
    await expectOutcome(stage, name, { wait: '60s' }, ok('CANCEL_REQUESTED'));
    const { sleeps } = stage.clock;
    assert.equal(sum(sleeps), 60_000);
    const growing = sleeps.slice(0, -1);
    assert.ok(growing.length > 5);
    for (const [index, pause] of growing.entries()) {
      assert.ok(pause >= (growing[index - 1] ?? 0), `pause ${index} of ${sleeps.join()}`);
      assert.ok(pause >= 100 && pause <= 10_000, `pause ${index} of ${sleeps.join()}`);
    }
    assert.ok((growing.at(-1) ?? 0) > (growing[0] ?? 0));
    assert.deepEqual(stage.calls(), ['get', 'cancel', 'get', ...sleeps.map(() => 'get')]);
  });

  it('stops as soon as it is done', async () => {
    const name = stage.emulator.startOperation({ onCancel: { kind: 'cancels', afterMs: 700 } });
    await expectOutcome(stage, name, { wait: '60s' }, ok('CANCELLED'));
    assert.ok(sum(stage.clock.sleeps) < 3000, stage.clock.sleeps.join());
  });

  it('looks a last time when the wait is over', async () => {
    const name = stage.emulator.startOperation({ onCancel: { kind: 'cancels', afterMs: 7000 } });
    await expectOutcome(stage, name, { wait: '7s' }, ok('CANCELLED'));
    assert.equal(sum(stage.clock.sleeps), 7000);
  });

  for (const { wait, reads } of [
    { wait: '0s', reads: 1 },
    { wait: '0.0s', reads: 1 },
    { wait: '0.1s', reads: 2 },
  ]) {
    it(`looks ${reads === 1 ? 'once' : 'twice'} where the wait is ${wait}`, async () => {
      const name = stage.emulator.startOperation({ onCancel: { kind: 'neverEnds' } });
      await expectOutcome(stage, name, { wait }, ok('CANCEL_REQUESTED'));
      assert.deepEqual(stage.calls().slice(2), Array(reads).fill('get'));
    });
  }

  it('sees with a wait of 0s what is done at once', async () => {
    await expectOutcome(stage, stage.emulator.startOperation(), { wait: '0s' }, ok('CANCELLED'));
    assert.deepEqual(stage.clock.sleeps, []);
  });

  it('waits DEFAULT_WAIT where the command does not say', async () => {
    await using other = await startBeside(stage, { DEFAULT_WAIT: '3s' }, { clock: stage.clock });
    const name = stage.emulator.startOperation({ onCancel: { kind: 'neverEnds' } });
    const { record } = await other.post({ body: name });
    assert.equal(record.outcome, 'CANCEL_REQUESTED');
    assert.equal(sum(stage.clock.sleeps), 3000);
  });

  it('cuts the wait to fit REQUEST_DEADLINE', async () => {
    const name = stage.emulator.startOperation({ onCancel: { kind: 'neverEnds' } });
    const began = stage.clock.elapsed();
    await expectOutcome(stage, name, { wait: '3600s' }, ok('CANCEL_REQUESTED'));
    const took = stage.clock.elapsed() - began;
    assert.ok(took < 120_000 && took > 100_000, `${took} ms`);
    assert.equal(stage.calls().at(-1), 'get');
  });
});
