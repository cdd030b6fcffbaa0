import assert from 'node:assert/strict';
import { PUBLISHED_PAYLOADS, publishedRequest } from '../pubsub/payloads.ts';
import { deliveryRequest, SHAPES } from '../pubsub/shapes.ts';
import { type Stage, startStage } from './stage.ts';

const SUBSCRIPTION = { name: 'projects/acme-data/subscriptions/cancel', topic: 'projects/acme-data/topics/cancel' };
const TOPIC_SOURCE = '//pubsub.googleapis.com/projects/acme-data/topics/cancel';
const PUBLISHED = 'google.cloud.pubsub.topic.v1.messagePublished';

describe('section 3: Pub/Sub', () => {
  let stage: Stage;
  let name: string;
  let now: string;

  before(async () => {
    stage = await startStage();
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => {
    stage.emulator.reset();
    name = stage.emulator.startOperation();
    now = new Date().toISOString();
  });

  for (const payload of PUBLISHED_PAYLOADS) {
    it(`recognizes what Google publishes: ${payload.title}`, async () => {
      const { http, record } = await stage.post(publishedRequest(payload));
      assert.deepEqual(record.trigger, { type: 'PUBSUB', ...payload.trigger });
      assert.equal(record.requestId, `pubsub:${payload.trigger.deliveryId}`);
      assert.deepEqual([http, record.outcome], [200, 'INVALID'], 'its data is no command');
    });

    it(`takes a command in what Google publishes: ${payload.title}`, async () => {
      const { http, record } = await stage.post(publishedRequest(payload, { data: name, publishTime: now }));
      assert.deepEqual(record.trigger, { type: 'PUBSUB', ...payload.trigger, eventTime: now });
      assert.deepEqual([http, record.outcome, record.resourceName], [200, 'CANCELLED', name]);
    });
  }

  for (const shape of SHAPES) {
    const source = shape.startsWith('cloudEvent') ? TOPIC_SOURCE : SUBSCRIPTION.name;

    it(`takes a JSON command and the bare name, ${shape}`, async () => {
      for (const data of [JSON.stringify({ name, validateOnly: true }), ` ${name}\n`, `\ufeff{"name": "${name}"}`]) {
        const { http, record } = await stage.post(deliveryRequest(shape, { messageId: '7', data }, SUBSCRIPTION));
        assert.deepEqual([http, record.resourceName], [200, name]);
      }
    });

    it(`records id, source, publish time and attempt, ${shape}`, async () => {
      const message = { messageId: '2070443601311540', data: name, publishTime: now, attributes: { key: 'value' } };
      const { record } = await stage.post(deliveryRequest(shape, message, SUBSCRIPTION, 3));
      const deliveryAttempt = shape === 'unwrapped' ? null : 3;
      const trigger = { type: 'PUBSUB', deliveryId: message.messageId, source, eventTime: now, deliveryAttempt };
      assert.deepEqual(record.trigger, trigger);
      assert.equal(record.requestId, 'pubsub:2070443601311540');
    });

    it(`keeps the digits of the publish time, ${shape}`, async () => {
      const publishTime = now.replace('Z', '004005Z');
      const { record } = await stage.post(
        deliveryRequest(shape, { messageId: '7', data: name, publishTime }, SUBSCRIPTION),
      );
      assert.deepEqual([record.trigger.eventTime, record.outcome], [publishTime, 'CANCELLED']);
    });

    it(`takes a message without a publish time, which is not old, ${shape}`, async () => {
      const { record } = await stage.post(deliveryRequest(shape, { messageId: '7', data: name }, SUBSCRIPTION));
      assert.deepEqual([record.trigger.eventTime, record.outcome], [null, 'CANCELLED']);
    });

    it(`takes the requestId of the command before that of the message, ${shape}`, async () => {
      const data = JSON.stringify({ name, requestId: 'mine' });
      const { record } = await stage.post(deliveryRequest(shape, { messageId: '7', data }, SUBSCRIPTION));
      assert.deepEqual([record.requestId, record.trigger.deliveryId], ['mine', '7']);
    });

    it(`answers a message with attributes only with INVALID, ${shape}`, async () => {
      const message = { messageId: '7', attributes: { name } };
      const { http, record } = await stage.post(deliveryRequest(shape, message, SUBSCRIPTION));
      assert.deepEqual([http, record.outcome, record.trigger.deliveryId], [200, 'INVALID', '7']);
      assert.match(record.status.message, /data/);
    });

    it(`answers data that is no command with INVALID, ${shape}`, async () => {
      for (const data of ['{', '[]', Buffer.from([0xff]), ' ']) {
        const { http, record } = await stage.post(deliveryRequest(shape, { messageId: '7', data }, SUBSCRIPTION));
        assert.deepEqual([http, record.outcome, record.requestId], [200, 'INVALID', 'pubsub:7']);
      }
    });
  }

  for (const data of ['?', 'Zg', 'Zg=', 'Zg===', '=', 'Z=g=', 'Zm 9v', 'Zm9v\n', 'Zm_v', 'é'.repeat(4), 5, {}, []]) {
    it(`answers data that is no base64 with INVALID, and still knows the message: ${JSON.stringify(data)}`, async () => {
      const body = JSON.stringify({ message: { data, messageId: '7' }, subscription: SUBSCRIPTION.name });
      const { http, record } = await stage.post({ body });
      const { deliveryId, source } = record.trigger;
      assert.deepEqual([http, record.outcome, deliveryId, source], [200, 'INVALID', '7', SUBSCRIPTION.name]);
      assert.match(record.status.message, /base64/);
    });
  }

  for (const publishTime of [
    '2026-02-31T00:00:00Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22T10:15:60Z',
    '2026-11-22T10:15:00',
    '2026-11-22',
    '0000-01-01T00:00:00Z',
    '0000-01-01T00:00:00+23:00',
    '9999-12-31T23:59:59-23:59',
    '1795342500',
    'Sun, 22 Nov 2026 10:15:00 GMT',
    '',
  ]) {
    it(`takes a publish time that is none for no publish time: ${publishTime}`, async () => {
      for (const shape of SHAPES) {
        const { record } = await stage.post(
          deliveryRequest(shape, { messageId: '7', data: name, publishTime }, SUBSCRIPTION),
        );
        assert.deepEqual([record.trigger.eventTime, record.resourceName], [null, name]);
        assert.notEqual(record.outcome, 'EXPIRED');
      }
    });
  }

  for (const { what, envelope } of [
    { what: 'null for the message', envelope: { message: null } },
    { what: 'text for the message', envelope: { message: 'hello' } },
    { what: 'a message without anything', envelope: { message: {} } },
    { what: 'null for the data', envelope: { message: { data: null } } },
  ]) {
    it(`answers an envelope with ${what} with INVALID`, async () => {
      const body = JSON.stringify({ ...envelope, subscription: SUBSCRIPTION.name });
      const { http, record } = await stage.post({ body });
      assert.deepEqual([http, record.outcome, record.trigger.source], [200, 'INVALID', SUBSCRIPTION.name]);
      assert.equal(record.requestId, record.auditId, 'there is no message id to join by');
    });
  }

  it('does not mind what else is in an envelope, or of which type', async () => {
    const message = {
      data: Buffer.from(name).toString('base64'),
      messageId: 7,
      publishTime: 7,
      attributes: 7,
      more: {},
    };
    const { record } = await stage.post({ body: JSON.stringify({ message, subscription: 7, deliveryAttempt: 'x' }) });
    const nothing = { deliveryId: null, source: null, eventTime: null, deliveryAttempt: null };
    assert.deepEqual(record.trigger, { type: 'PUBSUB', ...nothing });
    assert.equal(record.outcome, 'CANCELLED');
  });

  it('reads either spelling of id and time', async () => {
    const data = Buffer.from(name).toString('base64');
    for (const message of [
      { data, messageId: '7', publishTime: now },
      { data, message_id: '7', publish_time: now },
    ]) {
      const { record } = await stage.post({ body: JSON.stringify({ message, subscription: SUBSCRIPTION.name }) });
      assert.deepEqual([record.trigger.deliveryId, record.trigger.eventTime], ['7', now]);
    }
  });

  it('takes what it is told for a command where it lacks the subscription or the message of an envelope', async () => {
    for (const body of [JSON.stringify({ message: { data: '' } }), JSON.stringify({ subscription: 'x' })]) {
      const { http, record } = await stage.post({ body });
      assert.deepEqual([http, record.outcome, record.trigger.type], [400, 'INVALID', 'WEBHOOK']);
    }
  });

  describe('as a CloudEvent', () => {
    const ce = { 'ce-specversion': '1.0', 'ce-type': PUBLISHED, 'ce-id': '11', 'ce-source': TOPIC_SOURCE };
    const structured = { 'content-type': 'application/cloudevents+json; charset=UTF-8' };
    const event = { specversion: '1.0', type: PUBLISHED, id: '11', source: TOPIC_SOURCE };

    it('takes id and time of the event where the message has none', async () => {
      const data = { message: { data: Buffer.from(name).toString('base64') } };
      const binary = { headers: { ...ce, 'ce-time': now }, body: JSON.stringify(data) };
      const other = { headers: structured, body: JSON.stringify({ ...event, time: now, data }) };
      for (const question of [binary, other]) {
        const { record } = await stage.post(question);
        const { deliveryId, source, eventTime } = record.trigger;
        assert.deepEqual([deliveryId, source, eventTime], ['11', TOPIC_SOURCE, now]);
      }
    });

    for (const { what, headers, body } of [
      { what: 'binary, with an empty body', headers: ce, body: '' },
      { what: 'binary, with a body that is no JSON', headers: ce, body: '{' },
      { what: 'binary, with the bare command', headers: ce, body: '{"name": "x"}' },
      { what: 'structured, without data', headers: structured, body: JSON.stringify(event) },
      {
        what: 'structured, with data of another form',
        headers: structured,
        body: JSON.stringify({ ...event, data: 1 }),
      },
    ]) {
      it(`acknowledges one without a message as INVALID: ${what}`, async () => {
        const { http, record } = await stage.post({ headers, body });
        assert.deepEqual([http, record.outcome, record.trigger.type], [200, 'INVALID', 'PUBSUB']);
        assert.deepEqual([record.trigger.deliveryId, record.trigger.source], ['11', TOPIC_SOURCE]);
      });
    }

    for (const { what, headers, body } of [
      { what: 'binary', headers: { ...ce, 'ce-type': 'google.cloud.storage.object.v1.finalized' }, body: '{}' },
      { what: 'structured', headers: structured, body: JSON.stringify({ ...event, type: 'com.example.other' }) },
      { what: 'structured, without a type', headers: structured, body: JSON.stringify({ ...event, type: undefined }) },
      { what: 'structured, no JSON', headers: structured, body: '{' },
      { what: 'structured, empty', headers: structured, body: '' },
      { what: 'a batch', headers: { 'content-type': 'application/cloudevents-batch+json' }, body: '[]' },
    ]) {
      it(`answers another kind of event with INVALID: ${what}`, async () => {
        const { http, record } = await stage.post({ headers, body });
        assert.deepEqual([http, record.outcome, record.trigger.type], [400, 'INVALID', 'WEBHOOK']);
        assert.match(record.status.message, /google\.cloud\.pubsub\.topic\.v1\.messagePublished/);
      });
    }

    it('cancels nothing for another type of event, whatever it carries', async () => {
      const headers = { ...ce, 'ce-type': 'com.example.other' };
      const { record } = await stage.post({ headers, body: JSON.stringify({ name }) });
      assert.equal(record.outcome, 'INVALID');
      assert.equal(stage.emulator.operation(name)?.requestedCancellation, false);
    });
  });

  describe('unwrapped, with attributes of the publisher for headers', () => {
    for (const attributes of [
      { 'x-cloudscheduler': 'true', 'x-cloudscheduler-jobname': 'job' },
      { 'content-type': 'application/cloudevents+json' },
      { 'content-type': 'application/json; charset=klingon' },
      { 'content-encoding': 'identity' },
      { 'x-goog-pubsub-message-id': '666', 'x-goog-pubsub-publish-time': '2001-01-01T00:00:00Z' },
      { 'x-goog-pubsub-delivery-attempt': '1e300' },
      { 'webhook-id': '666' },
      { 'function-execution-id': '666', 'x-cloud-trace-context': '%', traceparent: '%' },
      { 'x-http-method-override': 'GET', expect: 'nonsense', upgrade: 'h2c' },
    ]) {
      it(`is the message that it is: ${JSON.stringify(attributes)}`, async () => {
        const message = { messageId: '7', data: name, publishTime: now, attributes };
        const { http, record } = await stage.post(deliveryRequest('unwrapped', message, SUBSCRIPTION));
        const { type, deliveryId, source, eventTime, deliveryAttempt } = record.trigger;
        assert.deepEqual([type, deliveryId, source, eventTime], ['PUBSUB', '7', SUBSCRIPTION.name, now]);
        assert.deepEqual([http, record.outcome, deliveryAttempt], [200, 'CANCELLED', null]);
      });
    }

    for (const [told, deliveryAttempt] of [
      ['7', 7],
      ['123456789', 123456789],
      ['1234567890', null],
      ['x', null],
    ] as const) {
      it(`has the attempt that its header tells: ${told}`, async () => {
        const attributes = { 'x-goog-pubsub-delivery-attempt': told };
        const message = { messageId: '7', data: name, publishTime: now, attributes };
        const { record } = await stage.post(deliveryRequest('unwrapped', message, SUBSCRIPTION));
        assert.equal(record.trigger.deliveryAttempt, deliveryAttempt);
      });
    }
  });
});
