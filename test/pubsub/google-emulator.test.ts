import assert from 'node:assert/strict';
import { startEndpoint } from './endpoint.ts';
import { type GoogleEmulator, googlePubSubEmulator } from './google-emulator.ts';

const TOPIC = 'projects/acme-data/topics/cancel';
const SUBSCRIPTION = 'projects/acme-data/subscriptions/cancel';

describe("Google's Pub/Sub emulator (skipped where gcloud, its pubsub-emulator or Java is missing)", function () {
  this.timeout(60_000);
  let started: GoogleEmulator | undefined;
  let emulator: GoogleEmulator;

  before(async function () {
    started = await googlePubSubEmulator();
    if (started === undefined) this.skip();
    emulator = started;
  });
  beforeEach(async () => {
    await emulator.createTopic(TOPIC);
  });
  afterEach(async () => {
    await emulator.deleteSubscription(SUBSCRIPTION);
    await emulator.deleteTopic(TOPIC);
  });
  after(async () => {
    await started?.stop();
  });

  it('pushes a wrapped message with both spellings of id and time, and no delivery attempt', async () => {
    await using endpoint = await startEndpoint(() => 200);
    await emulator.createSubscription(SUBSCRIPTION, { topic: TOPIC, pushEndpoint: `${endpoint.origin}/push` });
    const id = await emulator.publish(TOPIC, { data: 'hi', attributes: { key: 'value' } });

    const { path, headers, body } = await endpoint.arrival(1);
    const { message, ...rest } = JSON.parse(body.toString());
    assert.equal(path, '/push');
    assert.equal(headers['content-type'], 'application/json');
    assert.deepEqual(rest, { subscription: SUBSCRIPTION });
    assert.match(message.publishTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    assert.deepEqual(message, {
      data: 'aGk=',
      attributes: { key: 'value' },
      messageId: id,
      message_id: id,
      publishTime: message.publishTime,
      publish_time: message.publishTime,
    });
  });

  it('pushes an unwrapped message with its metadata and attributes as headers', async () => {
    await using endpoint = await startEndpoint(() => 200);
    const pushEndpoint = `${endpoint.origin}/push`;
    await emulator.createSubscription(SUBSCRIPTION, { topic: TOPIC, pushEndpoint, unwrapped: true });
    const attributes = { key: 'value', 'x-goog-pubsub-message-id': 'forged', authorization: 'Bearer forged' };
    const id = await emulator.publish(TOPIC, { data: '{"name": "n"}', attributes });

    const { headers, body } = await endpoint.arrival(1);
    assert.equal(body.toString(), '{"name": "n"}');
    assert.equal(headers['content-type'], 'application/x-www-form-urlencoded');
    assert.equal(headers['x-goog-pubsub-message-id'], id);
    assert.equal(headers['x-goog-pubsub-subscription-name'], SUBSCRIPTION);
    assert.ok(headers['x-goog-pubsub-publish-time']);
    assert.equal(headers['key'], 'value');
    assert.equal(headers.authorization, 'Bearer forged');
  });

  it('delivers again after 503, and elsewhere once the push endpoint is changed', async () => {
    await using failing = await startEndpoint(() => 503);
    await using replacement = await startEndpoint(() => 200);
    await emulator.createSubscription(SUBSCRIPTION, { topic: TOPIC, pushEndpoint: failing.origin });
    const id = await emulator.publish(TOPIC, { data: 'hi' });

    await failing.arrival(2);
    await emulator.modifyPushConfig(SUBSCRIPTION, { pushEndpoint: replacement.origin });
    const { body } = await replacement.arrival(1);
    assert.equal(JSON.parse(body.toString()).message.messageId, id);
  });

  it('hands out what nobody acknowledged when it is pulled', async () => {
    await using endpoint = await startEndpoint(() => 200);
    await emulator.createSubscription(SUBSCRIPTION, { topic: TOPIC, pushEndpoint: endpoint.origin });
    await emulator.modifyPushConfig(SUBSCRIPTION, null);
    const messageId = await emulator.publish(TOPIC, { data: 'hi' });

    assert.deepEqual(await emulator.pull(SUBSCRIPTION), [{ messageId, data: 'aGk=' }]);
    assert.equal(endpoint.received.length, 0);
  });

  it("throws with the emulator's own message", async () => {
    await emulator.createSubscription(SUBSCRIPTION, { topic: TOPIC, pushEndpoint: 'http://127.0.0.1:1' });
    await assert.rejects(emulator.createTopic(TOPIC), /409: .*ALREADY_EXISTS/);
  });
});
