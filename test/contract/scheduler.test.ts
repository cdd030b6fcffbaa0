import assert from 'node:assert/strict';
import { type Stage, startStage } from './stage.ts';

/** What Cloud Scheduler sends to an HTTP target. Source: its reference, "RPC HttpTarget", and its page on headers. */
const JOB = {
  'user-agent': 'Google-Cloud-Scheduler',
  'content-type': 'application/octet-stream',
  'x-cloudscheduler': 'true',
  'x-cloudscheduler-jobname': 'nightly-sweep',
  'x-cloudscheduler-scheduletime': '2026-11-22T02:00:00.123456-08:00',
};
const DELIVERY = 'nightly-sweep@2026-11-22T02:00:00.123456-08:00';

describe('section 3: Cloud Scheduler', () => {
  let stage: Stage;
  let name: string;

  before(async () => {
    stage = await startStage();
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => {
    stage.emulator.reset();
    name = stage.emulator.startOperation();
  });

  it('takes its body as the command, and records job and schedule time', async () => {
    for (const body of [JSON.stringify({ name, validateOnly: true }), name]) {
      const { http, record } = await stage.post({ headers: JOB, body });
      assert.deepEqual([http, record.resourceName], [200, name]);
      assert.deepEqual(record.trigger, {
        type: 'SCHEDULER',
        deliveryId: DELIVERY,
        source: 'nightly-sweep',
        eventTime: '2026-11-22T10:00:00.123Z',
        deliveryAttempt: null,
      });
      assert.equal(record.requestId, `scheduler:${DELIVERY}`);
      assert.equal(record.requestMetadata.callerSuppliedUserAgent, 'Google-Cloud-Scheduler');
    }
  });

  it('keeps a schedule time in UTC as it came', async () => {
    const time = '2026-11-22T10:00:00.123456789Z';
    const { record } = await stage.post({ headers: { ...JOB, 'x-cloudscheduler-scheduletime': time }, body: name });
    assert.deepEqual([record.trigger.eventTime, record.trigger.deliveryId], [time, `nightly-sweep@${time}`]);
  });

  it('gives every retry of a run the same requestId, and the next run another', async () => {
    const first = await stage.post({ headers: JOB, body: name });
    const retry = await stage.post({ headers: JOB, body: name });
    const next = await stage.post({
      headers: { ...JOB, 'x-cloudscheduler-scheduletime': '2026-11-23T10:00:00Z' },
      body: name,
    });
    assert.equal(retry.record.requestId, first.record.requestId);
    assert.notEqual(next.record.requestId, first.record.requestId);
    assert.deepEqual([first.record.outcome, retry.record.outcome], ['CANCELLED', 'ALREADY_DONE']);
    assert.equal(stage.emulator.counts.requests.cancel, 1);
  });

  it('takes the requestId of the command before that of the run', async () => {
    const { record } = await stage.post({ headers: JOB, body: JSON.stringify({ name, requestId: 'mine' }) });
    assert.equal(record.requestId, 'mine');
  });

  it('takes a run of long ago: only messages grow old', async () => {
    const headers = { ...JOB, 'x-cloudscheduler-scheduletime': '2001-01-01T00:00:00Z' };
    const { record } = await stage.post({ headers, body: name });
    assert.equal(record.outcome, 'CANCELLED');
  });

  for (const { missing, source } of [
    { missing: 'x-cloudscheduler-jobname', source: null },
    { missing: 'x-cloudscheduler-scheduletime', source: 'nightly-sweep' },
  ]) {
    it(`has no delivery id without ${missing}`, async () => {
      const headers = Object.fromEntries(Object.entries(JOB).filter(([header]) => header !== missing));
      const { record } = await stage.post({ headers, body: name });
      assert.deepEqual(
        [record.trigger.type, record.trigger.deliveryId, record.trigger.source],
        ['SCHEDULER', null, source],
      );
      assert.equal(record.requestId, record.auditId);
    });
  }

  it('keeps the status of a permanent answer, so that the job shows as failed', async () => {
    const unknown = `${stage.emulator.parent}/operations/unknown`;
    for (const [body, http, outcome] of [
      ['', 400, 'INVALID'],
      ['{', 400, 'INVALID'],
      [unknown, 404, 'NOT_FOUND'],
      ['x'.repeat(70_000), 413, 'INVALID'],
    ] as const) {
      const answer = await stage.post({ headers: JOB, body });
      assert.deepEqual([answer.http, answer.record.outcome], [http, outcome]);
      assert.deepEqual([answer.record.trigger.type, answer.record.requestId], ['SCHEDULER', `scheduler:${DELIVERY}`]);
    }
  });

  for (const value of ['false', '', '1', 'yes']) {
    it(`is not recognized by X-CloudScheduler: ${JSON.stringify(value)}`, async () => {
      const { record } = await stage.post({ headers: { ...JOB, 'x-cloudscheduler': value }, body: name });
      assert.equal(record.trigger.type, 'WEBHOOK');
    });
  }
});
