import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { Fault } from '../emulator/schema.ts';
import { heldClock } from '../support/clock.ts';
import { until } from '../support/until.ts';
import { ask } from './ask.ts';
import { type HeldStage, startHeldStage } from './held-stage.ts';
import { startBeside } from './stage.ts';

const HTML = '<!DOCTYPE html><title>Error</title>';

/** Milliseconds of the pauses between five attempts, without jitter. */
const PAUSES = [500, 1000, 2000, 4000];

const AGAIN: readonly { what: string; fault: Fault; name: string }[] = [
  { what: 'UNAVAILABLE', fault: { kind: 'error', error: { code: 'UNAVAILABLE' } }, name: 'UNAVAILABLE' },
  {
    what: 'RESOURCE_EXHAUSTED',
    fault: { kind: 'error', error: { code: 'RESOURCE_EXHAUSTED' } },
    name: 'RESOURCE_EXHAUSTED',
  },
  { what: 'a connection that breaks', fault: { kind: 'resetBefore' }, name: 'UNAVAILABLE' },
  { what: 'a connection that breaks after the request', fault: { kind: 'resetAfter' }, name: 'UNAVAILABLE' },
  { what: 'an answer that is cut off', fault: { kind: 'cutOff' }, name: 'UNAVAILABLE' },
  { what: 'an answer that is cut off before its body', fault: { kind: 'cutOff', bytes: 0 }, name: 'UNAVAILABLE' },
  { what: '502 in HTML', fault: { kind: 'status', status: 502, body: HTML }, name: 'UNAVAILABLE' },
  { what: '503 in HTML', fault: { kind: 'status', status: 503, body: HTML }, name: 'UNAVAILABLE' },
  { what: '504 in HTML', fault: { kind: 'status', status: 504, body: HTML }, name: 'UNAVAILABLE' },
  { what: '429 in HTML', fault: { kind: 'status', status: 429, body: HTML }, name: 'RESOURCE_EXHAUSTED' },
];

const ONCE = [
  'INVALID_ARGUMENT',
  'FAILED_PRECONDITION',
  'OUT_OF_RANGE',
  'PERMISSION_DENIED',
  'NOT_FOUND',
  'ABORTED',
  'ALREADY_EXISTS',
  'CANCELLED',
  'DATA_LOSS',
  'UNKNOWN',
  'INTERNAL',
  'UNIMPLEMENTED',
  'DEADLINE_EXCEEDED',
] as const;

describe('section 8: trying again', () => {
  let stage: HeldStage;

  before(async () => {
    stage = await startHeldStage();
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.reset());

  for (const { what, fault, name: code } of AGAIN) {
    it(`five attempts, with pauses that double, after ${what}`, async () => {
      stage.emulator.fault({ on: 'get', fault });
      const { record } = await stage.act(stage.emulator.startOperation());
      assert.deepEqual([record.outcome, record.status.name], ['ERROR', code]);
      assert.deepEqual(stage.calls(), Array(5).fill('get'));
      assert.deepEqual(stage.clock.sleeps, PAUSES);
    });

    it(`as if nothing had been, where it goes well after ${what}`, async () => {
      stage.emulator.fault({ on: 'get', times: 4, fault });
      const { record } = await stage.act({ name: stage.emulator.startOperation(), validateOnly: true });
      assert.equal(record.outcome, 'VALIDATED');
      assert.deepEqual(stage.clock.sleeps, PAUSES);
    });
  }

  for (const code of ONCE) {
    it(`not after ${code}`, async () => {
      stage.emulator.fault({ on: 'get', fault: { kind: 'error', error: { code } } });
      const { record } = await stage.act(stage.emulator.startOperation());
      assert.equal(record.status.name, code);
      assert.deepEqual([stage.calls(), stage.clock.sleeps], [['get'], []]);
    });
  }

  it('the list too', async () => {
    stage.emulator.fault({ on: 'list', times: 2, fault: { kind: 'resetBefore' } });
    stage.emulator.startOperation();
    const { parent } = stage.emulator;
    await ask(stage.url, { body: JSON.stringify({ parent, select: { minAge: '0s' }, validateOnly: true }) });
    assert.equal(stage.emulator.counts.requests.list, 3);
    assert.deepEqual(stage.clock.sleeps, PAUSES.slice(0, 2));
  });

  describe('an attempt has ten seconds', () => {
    beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
    afterEach(() => mock.timers.reset());

    it('and five of them that time out are DEADLINE_EXCEEDED', async () => {
      await using long = await startBeside(stage, { REQUEST_DEADLINE: '600s' }, { clock: stage.clock });
      stage.emulator.fault({ on: 'get', fault: { kind: 'hang' } });
      const answer = long.post({ body: stage.emulator.startOperation() });
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        await until(`attempt ${attempt}`, () => stage.emulator.counts.requests.get === attempt);
        mock.timers.tick(9_999);
        assert.equal(stage.clock.sleeps.length, attempt - 1);
        mock.timers.tick(1);
      }
      const { http, record } = await answer;
      assert.deepEqual([http, record.outcome, record.status.name], [504, 'ERROR', 'DEADLINE_EXCEEDED']);
      assert.deepEqual(stage.clock.sleeps, PAUSES);
    });

    it('and goes well where a later one does', async () => {
      stage.emulator.fault({ on: 'get', times: 1, fault: { kind: 'hang' } });
      const answer = stage.act({ name: stage.emulator.startOperation(), validateOnly: true });
      await until('the first attempt', () => stage.emulator.faults.length === 0);
      mock.timers.tick(10_000);
      assert.equal((await answer).record.outcome, 'VALIDATED');
    });
  });

  describe('jitter comes on top of the pause', () => {
    for (const random of [0.25, 0.999]) {
      it(`with chance ${random}`, async () => {
        const clock = heldClock(random);
        await using other = await startBeside(stage, {}, { clock });
        stage.emulator.fault({ on: 'get', fault: { kind: 'resetBefore' } });
        await other.post({ body: stage.emulator.startOperation() });
        assert.equal(clock.sleeps.length, 4);
        for (const [index, pause] of clock.sleeps.entries()) {
          const least = PAUSES[index] ?? 0;
          assert.ok(pause > least && pause <= 2 * least, `${pause} ms on ${least}`);
        }
      });
    }
  });

  describe('never sooner than Datastream asks for', () => {
    /** Milliseconds from the held clock's now to a whole second some seconds ahead. */
    const dateIn = (seconds: number) => new Date(stage.clock.now() + seconds * 1000).toUTCString();

    type Hint = { retryAfter?: string; retryDelay?: string };
    const hints: readonly { what: string; hint: () => Hint; least: number; most: number }[] = [
      { what: 'Retry-After in seconds', hint: () => ({ retryAfter: '7' }), least: 7000, most: 7000 },
      { what: 'Retry-After as a date', hint: () => ({ retryAfter: dateIn(9) }), least: 8000, most: 9000 },
      { what: 'RetryInfo', hint: () => ({ retryDelay: '3.5s' }), least: 3500, most: 3500 },
      { what: 'both, the later', hint: () => ({ retryAfter: '2', retryDelay: '6s' }), least: 6000, most: 6000 },
      { what: 'both, the other way', hint: () => ({ retryAfter: '6', retryDelay: '2s' }), least: 6000, most: 6000 },
      { what: 'less than the pause', hint: () => ({ retryDelay: '0.1s' }), least: 500, most: 500 },
      { what: 'Retry-After: 0', hint: () => ({ retryAfter: '0' }), least: 500, most: 500 },
      { what: 'a date that has passed', hint: () => ({ retryAfter: dateIn(-60) }), least: 500, most: 500 },
      { what: 'nonsense', hint: () => ({ retryAfter: 'soon', retryDelay: 'soon' }), least: 500, most: 500 },
      { what: 'a negative time', hint: () => ({ retryAfter: '-5', retryDelay: '-5s' }), least: 500, most: 500 },
    ];

    for (const on of ['get', 'cancel'] as const) {
      for (const { what, hint, least, most } of hints) {
        it(`${what}, after a ${on}`, async () => {
          const error = { code: 'RESOURCE_EXHAUSTED', ...hint() } as const;
          stage.emulator.fault({ on, times: 1, fault: { kind: 'error', error } });
          const { record } = await stage.act({ name: stage.emulator.startOperation(), wait: '0s' });
          assert.equal(record.outcome, 'CANCELLED');
          const [pause, ...more] = stage.clock.sleeps;
          assert.deepEqual(more, []);
          assert.ok(pause !== undefined && pause >= least && pause <= most, `${pause} ms`);
        });
      }
    }

    it('with jitter on top', async () => {
      const clock = heldClock(0.5);
      await using other = await startBeside(stage, {}, { clock });
      const error = { code: 'UNAVAILABLE', retryAfter: '7' } as const;
      stage.emulator.fault({ on: 'get', times: 1, fault: { kind: 'error', error } });
      await other.post({ body: stage.emulator.startOperation() });
      assert.ok((clock.sleeps[0] ?? 0) > 7000, `${clock.sleeps[0]} ms`);
    });
  });

  describe('Retry-After of the answer', () => {
    for (const { what, error, http, expected } of [
      {
        what: '429, as Datastream gave it',
        error: { code: 'RESOURCE_EXHAUSTED', retryAfter: '90' } as const,
        http: 429,
        expected: '90',
      },
      {
        what: '503, in whole seconds, rounded up',
        error: { code: 'UNAVAILABLE', retryDelay: '90.2s' } as const,
        http: 503,
        expected: '91',
      },
      { what: '429 without one', error: { code: 'RESOURCE_EXHAUSTED' } as const, http: 429, expected: undefined },
      { what: '500 has none', error: { code: 'INTERNAL', retryAfter: '90' } as const, http: 500, expected: undefined },
    ]) {
      it(what, async () => {
        stage.emulator.fault({ on: 'get', fault: { kind: 'error', error } });
        const answer = await stage.act(stage.emulator.startOperation());
        assert.deepEqual([answer.http, answer.headers['retry-after']], [http, expected]);
      });
    }

    it('is there for a cancel that was refused too', async () => {
      const error = { code: 'RESOURCE_EXHAUSTED', retryAfter: '90' } as const;
      const answer = await stage.act(stage.emulator.startOperation({ onCancel: { kind: 'refuses', error } }));
      assert.deepEqual([answer.http, answer.headers['retry-after']], [429, '90']);
      assert.equal(answer.record.cancelAttempts, 1);
    });
  });
});
