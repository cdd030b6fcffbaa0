import assert from 'node:assert/strict';
import { type Stage, startStage } from './stage.ts';

const NOTHING = { deliveryId: null, source: null, eventTime: null, deliveryAttempt: null };

describe('section 3: everything else is a webhook', () => {
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

  it('takes the body as the command; the requestId is the auditId', async () => {
    const { http, record } = await stage.post({ body: JSON.stringify({ name }) });
    assert.deepEqual([http, record.outcome], [200, 'CANCELLED']);
    assert.deepEqual(record.trigger, { type: 'WEBHOOK', ...NOTHING });
    assert.equal(record.requestId, record.auditId);
  });

  it('records the webhook-id', async () => {
    const { record } = await stage.post({ headers: { 'webhook-id': 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W' }, body: name });
    assert.deepEqual(record.trigger, { type: 'WEBHOOK', ...NOTHING, deliveryId: 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W' });
    assert.equal(record.requestId, 'webhook:msg_2KWPBgLlAfxdpx2AI54pPJ85f4W');
  });

  it('is recognized by nothing but the three marks of Pub/Sub and the one of Cloud Scheduler', async () => {
    const headers = {
      'user-agent': 'CloudPubSub-Google',
      'ce-id': '1',
      'ce-source': '//pubsub.googleapis.com/projects/acme-data/topics/cancel',
      'x-goog-pubsub-subscription-name': 'projects/acme-data/subscriptions/cancel',
      'x-cloudscheduler-jobname': 'job',
      'x-cloudscheduler-scheduletime': '2026-11-22T10:00:00Z',
    };
    const { record } = await stage.post({ headers, body: name });
    assert.deepEqual(record.trigger, { type: 'WEBHOOK', ...NOTHING });
  });

  it('gives no two requests without an id the same requestId', async () => {
    const ids = new Set<string>();
    for (let n = 0; n < 5; n += 1) ids.add((await stage.post({ body: name })).record.requestId);
    assert.equal(ids.size, 5);
  });

  it('bounds an id of many characters', async () => {
    const { record } = await stage.post({ headers: { 'webhook-id': 'a'.repeat(8000) }, body: name });
    assert.match(record.requestId, /^webhook:a{100,}…$/);
  });

  for (const { outcome, http, body } of [
    { outcome: 'INVALID', http: 400, body: () => '{}' },
    { outcome: 'INVALID', http: 413, body: () => ' '.repeat(65_537) },
    { outcome: 'NOT_FOUND', http: 404, body: () => `${stage.emulator.parent}/operations/unknown` },
    { outcome: 'CANCELLED', http: 200, body: () => name },
    { outcome: 'CANCEL_REQUESTED', http: 202, body: () => neverEnding() },
  ]) {
    it(`is answered with the status of the code: ${outcome}, ${http}`, async () => {
      const answer = await stage.post({ body: body() });
      assert.deepEqual([answer.record.outcome, answer.http], [outcome, http]);
    });
  }

  function neverEnding(): string {
    return stage.emulator.startOperation({ onCancel: { kind: 'neverEnds' } });
  }
});
