import assert from 'node:assert/strict';
import type { CodeName } from '../../src/terms/status.ts';
import type { OperationStart } from '../emulator/schema.ts';
import { acknowledges } from '../pubsub/push.ts';
import { deliveryRequest, SHAPES, type Shape } from '../pubsub/shapes.ts';
import { type HeldClock, heldClock } from '../support/clock.ts';
import type { Question } from './ask.ts';
import { type Recorded, type Stage, startBeside, startStage } from './stage.ts';

const SUBSCRIPTION = { name: 'projects/acme-data/subscriptions/cancel', topic: 'projects/acme-data/topics/cancel' };

/** The codes that another delivery may mend. */
const TRANSIENT: readonly { code: Exclude<CodeName, 'OK'>; http: number }[] = [
  { code: 'UNKNOWN', http: 500 },
  { code: 'DEADLINE_EXCEEDED', http: 504 },
  { code: 'RESOURCE_EXHAUSTED', http: 429 },
  { code: 'ABORTED', http: 409 },
  { code: 'INTERNAL', http: 500 },
  { code: 'UNAVAILABLE', http: 503 },
];

/** The codes that it would not mend. NOT_FOUND and UNIMPLEMENTED have outcomes of their own. */
const PERMANENT: readonly { code: Exclude<CodeName, 'OK'>; http: number }[] = [
  { code: 'CANCELLED', http: 499 },
  { code: 'INVALID_ARGUMENT', http: 400 },
  { code: 'ALREADY_EXISTS', http: 409 },
  { code: 'PERMISSION_DENIED', http: 403 },
  { code: 'FAILED_PRECONDITION', http: 400 },
  { code: 'OUT_OF_RANGE', http: 400 },
  { code: 'DATA_LOSS', http: 500 },
  { code: 'UNAUTHENTICATED', http: 401 },
];

/** What a command for the operation comes to, and what the callers other than Pub/Sub get. */
const ENDS: readonly { outcome: string; http: number; start?: OperationStart; command?: object }[] = [
  { outcome: 'CANCELLED', http: 200 },
  { outcome: 'CANCEL_REQUESTED', http: 202, start: { onCancel: { kind: 'neverEnds' } } },
  { outcome: 'COMPLETED', http: 200, start: { onCancel: { kind: 'completes' } } },
  { outcome: 'FAILED', http: 200, start: { onCancel: { kind: 'fails', code: 'INTERNAL' } } },
  { outcome: 'ALREADY_DONE', http: 200, start: { endsByItself: { kind: 'completes' } } },
  { outcome: 'VALIDATED', http: 200, command: { validateOnly: true } },
  { outcome: 'INVALID', http: 400, command: { force: true } },
  { outcome: 'INVALID', http: 413, command: { reason: 'x'.repeat(65_536) } },
  { outcome: 'DENIED', http: 403, command: { name: 'projects/acme-data/locations/elsewhere/operations/op' } },
  { outcome: 'NOT_FOUND', http: 404, command: { name: 'projects/acme-data/locations/us-central1/operations/unknown' } },
  { outcome: 'UNSUPPORTED', http: 501, start: { onCancel: { kind: 'refuses', error: { code: 'UNIMPLEMENTED' } } } },
];

describe('section 3: answers', () => {
  let stage: Stage;
  let clock: HeldClock;

  before(async () => {
    clock = heldClock();
    stage = await startStage(
      { ALLOWED_PARENTS: 'projects/acme-data/locations/us-central1' },
      { clock },
      { now: clock.now },
    );
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.emulator.reset());

  for (const shape of SHAPES) {
    for (const { outcome, http, start, command } of ENDS) {
      it(`acknowledge what is permanent, with the truth in the record: ${outcome} for ${http}, ${shape}`, async () => {
        const data = JSON.stringify({ name: stage.emulator.startOperation(start), ...command });
        const answer = await stage.post(delivery(shape, data));
        assert.deepEqual([answer.record.outcome, answer.http], [outcome, http === 202 ? 202 : 200]);
      });
    }
  }

  for (const { outcome, http, start, command } of ENDS) {
    it(`have the status of the code for the other callers: ${outcome}, ${http}`, async () => {
      for (const headers of [{}, { 'x-cloudscheduler': 'true' }]) {
        const body = JSON.stringify({ name: stage.emulator.startOperation(start), ...command });
        const answer = await stage.post({ headers, body });
        assert.deepEqual([answer.record.outcome, answer.http], [outcome, http]);
      }
    });
  }

  for (const { code, http } of TRANSIENT) {
    it(`leave ${code} unacknowledged, with the status ${http}`, async () => {
      for (const question of everyWay(JSON.stringify({ name: failing(code) }))) {
        const answer = await stage.post(question);
        assert.deepEqual([answer.record.outcome, answer.record.status.name, answer.http], ['ERROR', code, http]);
        assert.equal(isAcknowledged(answer), false);
      }
    });
  }

  for (const { code, http } of PERMANENT) {
    it(`acknowledge ${code} of Datastream, which is ${http} for others`, async () => {
      for (const question of everyWay(JSON.stringify({ name: failing(code) }))) {
        const answer = await stage.post(question);
        const { outcome, status, trigger } = answer.record;
        assert.deepEqual([outcome, status.name], ['ERROR', code]);
        assert.equal(answer.http, trigger.type === 'PUBSUB' ? 200 : http);
      }
    });
  }

  it('leave a message unacknowledged whose outcome is UNKNOWN', async () => {
    const name = stage.emulator.startOperation();
    stage.emulator.fault({
      on: 'get',
      fault: () => (stage.emulator.counts.requests.cancel > 0 ? { kind: 'resetBefore' } : undefined),
    });
    const answer = await stage.post(delivery('wrapped', name));
    assert.deepEqual([answer.record.outcome, answer.http], ['UNKNOWN', 503]);
  });

  describe('with Retry-After', () => {
    for (const { what, error, seconds } of [
      { what: 'a header in seconds', error: { code: 'RESOURCE_EXHAUSTED', retryAfter: '7' }, seconds: '7' },
      { what: 'RetryInfo', error: { code: 'RESOURCE_EXHAUSTED', retryDelay: '3s' }, seconds: '3' },
      { what: 'RetryInfo with a fraction', error: { code: 'UNAVAILABLE', retryDelay: '1.5s' }, seconds: '2' },
      { what: 'both', error: { code: 'UNAVAILABLE', retryAfter: '4', retryDelay: '2s' }, seconds: '4' },
      { what: 'more than the deadline', error: { code: 'UNAVAILABLE', retryAfter: '3600' }, seconds: '3600' },
      { what: 'nothing', error: { code: 'UNAVAILABLE' }, seconds: undefined },
      { what: 'nonsense', error: { code: 'UNAVAILABLE', retryAfter: 'soon' }, seconds: undefined },
    ] as const) {
      it(`say what Datastream gave: ${what}`, async () => {
        stage.emulator.fault({ on: 'get', fault: { kind: 'error', error } });
        for (const question of everyWay(stage.emulator.startOperation())) {
          const { http, headers } = await stage.post(question);
          assert.deepEqual([http, headers['retry-after']], [error.code === 'UNAVAILABLE' ? 503 : 429, seconds]);
        }
      });

      it(`say what Datastream gave for the cancel: ${what}`, async () => {
        const onCancel = { kind: 'refuses', error } as const;
        const { http, headers, record } = await stage.post({ body: stage.emulator.startOperation({ onCancel }) });
        assert.deepEqual([http, headers['retry-after']], [error.code === 'UNAVAILABLE' ? 503 : 429, seconds]);
        assert.equal(record.outcome, 'ERROR');
      });
    }

    it('say what Datastream gave as a date', async () => {
      const date = Math.floor(clock.now() / 1000) * 1000 + 120_000;
      const error = { code: 'UNAVAILABLE', retryAfter: new Date(date).toUTCString() } as const;
      stage.emulator.fault({ on: 'get', fault: { kind: 'error', error } });
      const seconds = Math.ceil((date - clock.now()) / 1000);
      const { headers } = await stage.post({ body: stage.emulator.startOperation() });
      assert.equal(headers['retry-after'], String(seconds));
    });
  });

  describe('to an old message', () => {
    for (const shape of SHAPES) {
      it(`acknowledge it as EXPIRED, and nothing is asked of Datastream, ${shape}`, async () => {
        const name = stage.emulator.startOperation();
        const publishTime = new Date(clock.now() - 3_600_001).toISOString();
        const { http, record } = await stage.post(delivery(shape, name, publishTime));
        assert.deepEqual([http, record.outcome, record.resourceName], [200, 'EXPIRED', name]);
        assert.equal(record.trigger.eventTime, publishTime);
        const { get, cancel } = stage.emulator.counts.requests;
        assert.deepEqual([get, cancel], [0, 0]);
      });

      it(`take one that is exactly as old as it may be, ${shape}`, async () => {
        const publishTime = new Date(clock.now() - 3_600_000).toISOString();
        const { record } = await stage.post(delivery(shape, stage.emulator.startOperation(), publishTime));
        assert.equal(record.outcome, 'CANCELLED');
      });
    }

    it('go by MAX_EVENT_AGE, whatever the offset of the time', async () => {
      await using strict = await startBeside(stage, { MAX_EVENT_AGE: '1.5s' }, { clock });
      for (const { age, outcome } of [
        { age: 1501, outcome: 'EXPIRED' },
        { age: 1500, outcome: 'CANCELLED' },
        { age: -60_000, outcome: 'CANCELLED' },
      ]) {
        const local = new Date(clock.now() - age + 5.5 * 3_600_000).toISOString().replace('Z', '+05:30');
        const { record } = await strict.post(delivery('wrapped', stage.emulator.startOperation(), local));
        assert.equal(record.outcome, outcome);
      }
    });
  });

  describe('to a message that comes again', () => {
    for (const shape of SHAPES) {
      it(`cancel once, and share the requestId, ${shape}`, async () => {
        const name = stage.emulator.startOperation();
        const first = await stage.post(delivery(shape, name));
        const again = await stage.post(delivery(shape, name));
        assert.deepEqual([first.record.outcome, again.record.outcome], ['CANCELLED', 'ALREADY_DONE']);
        assert.equal(again.record.requestId, first.record.requestId);
        assert.notEqual(again.record.auditId, first.record.auditId);
        assert.equal(stage.emulator.operation(name)?.cancels.arrived.length, 1);
      });
    }

    it('cancel once although the first delivery could not see what became of it', async () => {
      const name = stage.emulator.startOperation();
      const broken = stage.emulator.fault({
        on: 'get',
        fault: () => (stage.emulator.counts.requests.cancel > 0 ? { kind: 'resetBefore' } : undefined),
      });
      const first = await stage.post(delivery('wrapped', name));
      broken.remove();
      const again = await stage.post(delivery('wrapped', name));
      assert.deepEqual([first.record.outcome, again.record.outcome], ['UNKNOWN', 'ALREADY_DONE']);
      assert.deepEqual([first.http, again.http], [503, 200]);
      assert.equal(again.record.requestId, first.record.requestId);
      assert.equal(stage.emulator.operation(name)?.cancels.arrived.length, 1);
    });
  });

  /** An operation that Datastream answers about with nothing but this error. */
  function failing(code: Exclude<CodeName, 'OK'>): string {
    const name = stage.emulator.startOperation();
    stage.emulator.fault({ on: 'get', name, fault: { kind: 'error', error: { code } } });
    return name;
  }

  function everyWay(data: string): Question[] {
    const others = [{ body: data }, { body: data, headers: { 'x-cloudscheduler': 'true' } }];
    return [...others, ...SHAPES.map((shape) => delivery(shape, data))];
  }

  function delivery(shape: Shape, data: string, publishTime = new Date(clock.now()).toISOString()): Question {
    return deliveryRequest(shape, { messageId: '7', data, publishTime }, SUBSCRIPTION);
  }
});

/** Judged by the stand-in for Pub/Sub, in terms of its documentation. */
function isAcknowledged({ http, headers, text, record }: Recorded): boolean {
  return record.trigger.type === 'PUBSUB' && acknowledges({ status: http, error: null, headers, body: text });
}
