import assert from 'node:assert/strict';
import { PUBLISHED_PAYLOADS, publishedRequest } from './payloads.ts';
import { deliveryRequest, type PubsubMessage } from './shapes.ts';

const SUBSCRIPTION = { name: 'projects/acme-data/subscriptions/cancel', topic: 'projects/acme-data/topics/cancel' };
const MESSAGE: PubsubMessage = {
  messageId: '2070443601311540',
  publishTime: '2026-11-22T10:15:00.000Z',
  data: '{"status": "Hello there"}',
  attributes: { 'Content-Type': 'application/json', key: 'value' },
  orderingKey: 'some-key',
};
const ENVELOPE = {
  message: {
    data: 'eyJzdGF0dXMiOiAiSGVsbG8gdGhlcmUifQ==',
    attributes: { 'Content-Type': 'application/json', key: 'value' },
    messageId: '2070443601311540',
    message_id: '2070443601311540',
    publishTime: '2026-11-22T10:15:00.000Z',
    publish_time: '2026-11-22T10:15:00.000Z',
    orderingKey: 'some-key',
  },
  subscription: 'projects/acme-data/subscriptions/cancel',
};

function parsed(body: Buffer): unknown {
  return JSON.parse(body.toString());
}

describe('the shapes of a delivery', () => {
  it('wrapped: an envelope with both spellings', () => {
    const { headers, body } = deliveryRequest('wrapped', MESSAGE, SUBSCRIPTION);
    assert.deepEqual(headers, { 'content-type': 'application/json', 'user-agent': 'CloudPubSub-Google' });
    assert.deepEqual(parsed(body), ENVELOPE);
  });

  it('wrapped: nothing for what the message does not have', () => {
    const { body } = deliveryRequest('wrapped', { messageId: '1', attributes: { key: 'value' } }, SUBSCRIPTION, 3);
    assert.deepEqual(parsed(body), {
      message: { attributes: { key: 'value' }, messageId: '1', message_id: '1' },
      subscription: SUBSCRIPTION.name,
      deliveryAttempt: 3,
    });
  });

  it('unwrapped: the data as it is, metadata and attributes as headers', () => {
    const { headers, body } = deliveryRequest('unwrapped', MESSAGE, SUBSCRIPTION);
    assert.equal(body.toString(), '{"status": "Hello there"}');
    assert.deepEqual(headers, {
      'user-agent': 'CloudPubSub-Google',
      'content-type': 'application/json',
      key: 'value',
      'x-goog-pubsub-subscription-name': SUBSCRIPTION.name,
      'x-goog-pubsub-message-id': '2070443601311540',
      'x-goog-pubsub-publish-time': '2026-11-22T10:15:00.000Z',
      'x-goog-pubsub-ordering-key': 'some-key',
    });
  });

  it('unwrapped: a form by its content type where the publisher declares none, bytes untouched', () => {
    const data = Uint8Array.of(0, 255, 10);
    const { headers, body } = deliveryRequest('unwrapped', { messageId: '1', data }, SUBSCRIPTION);
    assert.equal(headers['content-type'], 'application/x-www-form-urlencoded');
    assert.deepEqual([...body], [0, 255, 10]);
  });

  it('unwrapped: a publisher forges any header but the metadata and those of the connection', () => {
    const attributes = {
      Authorization: 'Bearer forged',
      'X-Goog-Pubsub-Message-Id': 'forged',
      'Content-Length': '1',
      'ce-type': 'forged',
      k: 'naïve',
    };
    const { headers } = deliveryRequest('unwrapped', { messageId: '1', attributes }, SUBSCRIPTION);
    assert.deepEqual(headers, {
      'user-agent': 'CloudPubSub-Google',
      'content-type': 'application/x-www-form-urlencoded',
      authorization: 'Bearer forged',
      'ce-type': 'forged',
      k: Buffer.from('naïve').toString('latin1'),
      'x-goog-pubsub-subscription-name': SUBSCRIPTION.name,
      'x-goog-pubsub-message-id': '1',
    });
    const broken = { messageId: '1', attributes: { k: 'a\r\nb: c' } };
    assert.throws(() => deliveryRequest('unwrapped', broken, SUBSCRIPTION), { code: 'ERR_INVALID_CHAR' });
  });

  it('cloudEventBinary: the attributes of the event as headers, the envelope as body', () => {
    const { headers, body } = deliveryRequest('cloudEventBinary', MESSAGE, SUBSCRIPTION);
    assert.deepEqual(headers, {
      'user-agent': 'APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)',
      'content-type': 'application/json; charset=utf-8',
      'ce-specversion': '1.0',
      'ce-type': 'google.cloud.pubsub.topic.v1.messagePublished',
      'ce-source': '//pubsub.googleapis.com/projects/acme-data/topics/cancel',
      'ce-id': '2070443601311540',
      'ce-time': '2026-11-22T10:15:00.000Z',
    });
    assert.deepEqual(parsed(body), ENVELOPE);
  });

  it('cloudEventStructured: the envelope within the event', () => {
    const { headers, body } = deliveryRequest('cloudEventStructured', MESSAGE, SUBSCRIPTION);
    assert.equal(headers['content-type'], 'application/cloudevents+json; charset=utf-8');
    assert.deepEqual(parsed(body), {
      specversion: '1.0',
      type: 'google.cloud.pubsub.topic.v1.messagePublished',
      source: '//pubsub.googleapis.com/projects/acme-data/topics/cancel',
      id: '2070443601311540',
      time: '2026-11-22T10:15:00.000Z',
      datacontenttype: 'application/json',
      data: ENVELOPE,
    });
  });
});

describe('the published payloads', () => {
  for (const payload of PUBLISHED_PAYLOADS) {
    it(`${payload.title}: as published, and with another message in it`, () => {
      const original = publishedRequest(payload);
      assert.deepEqual(original.headers, payload.headers);
      if (payload.kind === 'raw') assert.equal(original.body.toString(), payload.body);
      else assert.deepEqual(parsed(original.body), payload.body);

      const swapped = publishedRequest(payload, { data: 'other', publishTime: '2026-11-22T10:15:00Z' });
      const text = JSON.stringify(swapped.headers) + swapped.body.toString();
      assert.ok(text.includes(payload.kind === 'raw' ? 'other' : 'b3RoZXI='));
      assert.ok(text.includes('2026-11-22T10:15:00Z'));
      assert.ok(!text.includes(payload.trigger.eventTime));
      assert.ok(text.includes(payload.trigger.deliveryId) && text.includes(payload.trigger.source));
    });
  }
});
