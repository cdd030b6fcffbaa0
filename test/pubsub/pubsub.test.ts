import assert from 'node:assert/strict';
import { once } from 'node:events';
import { startEndpoint } from './endpoint.ts';
import { startPubSub } from './pubsub.ts';

const FAST = { minimumBackoffMs: 1, maximumBackoffMs: 4 };

function messageIdOf(body: Buffer): string {
  return JSON.parse(body.toString()).message.messageId;
}

describe('the Pub/Sub stand-in', () => {
  for (const status of [200, 201, 202, 204]) {
    it(`takes ${status} as the acknowledgement`, async () => {
      await using endpoint = await startEndpoint(() => status);
      await using pubsub = startPubSub({ pushEndpoint: endpoint.origin, ...FAST });
      const id = pubsub.publish({ data: 'hi' });
      await pubsub.drained();

      assert.equal(endpoint.received.length, 1);
      const { attempt, acknowledged } = pubsub.deliveries(id)[0] ?? {};
      assert.deepEqual(
        { attempt, acknowledged, all: pubsub.deliveries(id).length },
        { attempt: 1, acknowledged: true, all: 1 },
      );
    });
  }

  it('takes an interim 102 as the acknowledgement, whatever follows', async () => {
    await using endpoint = await startEndpoint((_received, _n, response) => {
      response.writeProcessing();
      response.writeHead(503).end();
    });
    await using pubsub = startPubSub({ pushEndpoint: endpoint.origin, ...FAST });
    pubsub.publish({ data: 'hi' });
    await pubsub.drained();
    assert.deepEqual(pubsub.statistics.statuses, { 102: 1 });
    assert.equal(endpoint.received.length, 1);
  });

  for (const status of [203, 206, 301, 400, 401, 403, 404, 429, 500, 503]) {
    it(`delivers again after ${status}`, async () => {
      await using endpoint = await startEndpoint((_received, n) => (n === 1 ? status : 200));
      await using pubsub = startPubSub({ pushEndpoint: endpoint.origin, ...FAST });
      const id = pubsub.publish({ data: 'hi' });
      await pubsub.drained();

      assert.deepEqual(
        endpoint.received.map(({ body }) => messageIdOf(body)),
        [id, id],
      );
      assert.deepEqual(
        pubsub.deliveries(id).map((delivery) => delivery.status),
        [status, 200],
      );
      assert.deepEqual(
        pubsub.deliveries(id).map((delivery) => delivery.attempt),
        [1, 2],
      );
    });
  }

  it('delivers again after a refused connection, to wherever the endpoint is by then', async () => {
    const gone = await startEndpoint(() => 200);
    await gone.close();
    await using replacement = await startEndpoint(() => 200);
    await using pubsub = startPubSub({
      pushEndpoint: gone.origin,
      async sleep() {
        pubsub.pushEndpoint = replacement.origin;
      },
    });
    const id = pubsub.publish({ data: 'hi' });
    await pubsub.drained();
    assert.deepEqual(pubsub.statistics.statuses, { ECONNREFUSED: 1, 200: 1 });
    assert.equal(replacement.received.length, 1);
    assert.equal(pubsub.deliveries(id)[0]?.status, null);
  });

  it('delivers again after a reset connection and after an answer that is cut off', async () => {
    await using endpoint = await startEndpoint((_received, n, response, request) => {
      if (n === 1) return request.socket.resetAndDestroy();
      if (n > 2) return 200;
      response.writeHead(200, { 'content-length': 100 }).write('{"outcome":', () => request.socket.destroy());
      return undefined;
    });
    await using pubsub = startPubSub({ pushEndpoint: endpoint.origin, ...FAST });
    pubsub.publish({ data: 'hi' });
    await pubsub.drained();
    assert.deepEqual(pubsub.statistics.statuses, { ECONNRESET: 2, 200: 1 });
  });

  it('gives a request no longer than the acknowledgement deadline', async () => {
    await using endpoint = await startEndpoint((_received, n) => (n === 1 ? undefined : 200));
    await using pubsub = startPubSub({ pushEndpoint: endpoint.origin, ackDeadlineMs: 50, ...FAST });
    const id = pubsub.publish({ data: 'hi' });
    await pubsub.drained();
    assert.equal(pubsub.deliveries(id)[0]?.error, 'ACK_DEADLINE_EXCEEDED');
    assert.equal(pubsub.deliveries(id).at(-1)?.status, 200);
  });

  it('backs off twice as long each time, up to the maximum', async () => {
    const pauses: number[] = [];
    await using endpoint = await startEndpoint((_received, n) => (n <= 5 ? 503 : 200));
    await using pubsub = startPubSub({
      pushEndpoint: endpoint.origin,
      minimumBackoffMs: 100,
      maximumBackoffMs: 1000,
      async sleep(ms) {
        pauses.push(ms);
      },
    });
    pubsub.publish({ data: 'hi' });
    await pubsub.drained();
    assert.deepEqual(pauses, [100, 200, 400, 800, 1000]);
  });

  it('gives a message up after the last attempt and counts the attempts in the envelope', async () => {
    await using endpoint = await startEndpoint(() => 503);
    await using pubsub = startPubSub({ pushEndpoint: endpoint.origin, maxDeliveryAttempts: 5, ...FAST });
    pubsub.publish({ data: 'hi' });
    await pubsub.drained();
    const attempts = endpoint.received.map(({ body }) => JSON.parse(body.toString()).deliveryAttempt);
    assert.deepEqual(attempts, [1, 2, 3, 4, 5]);
    const { acknowledged, deadLettered, unacknowledged } = pubsub.statistics;
    assert.deepEqual(
      { acknowledged, deadLettered, unacknowledged },
      { acknowledged: 0, deadLettered: 1, unacknowledged: 0 },
    );
  });

  it('keeps what the endpoint answered: headers, and JSON or text', async () => {
    const bodies = ['{"outcome":"ERROR"}', '<p>no JSON</p>', '{"outcome":"CANCELLED"}'];
    await using endpoint = await startEndpoint((_received, n, response) => {
      response.writeHead(n < 3 ? 503 : 200, { 'retry-after': '7' }).end(bodies[n - 1]);
    });
    await using pubsub = startPubSub({ pushEndpoint: endpoint.origin, ...FAST });
    const id = pubsub.publish({ data: 'hi' });
    await pubsub.drained();
    assert.deepEqual(
      pubsub.deliveries(id).map(({ body }) => body),
      [{ outcome: 'ERROR' }, '<p>no JSON</p>', { outcome: 'CANCELLED' }],
    );
    assert.equal(pubsub.deliveries(id)[0]?.headers['retry-after'], '7');
    assert.throws(() => pubsub.deliveries('1'), RangeError);
  });

  it('adds the headers it is given', async () => {
    await using endpoint = await startEndpoint(() => 200);
    await using pubsub = startPubSub({
      pushEndpoint: endpoint.origin,
      headers: { authorization: 'Bearer t' },
      ...FAST,
    });
    pubsub.publish({ data: 'hi' });
    await pubsub.drained();
    assert.equal(endpoint.received[0]?.headers.authorization, 'Bearer t');
  });

  it('says what is left when it is not drained in time, and when it is closed', async () => {
    await using endpoint = await startEndpoint(() => 503);
    const backingOff = Promise.withResolvers<void>();
    const pubsub = startPubSub({
      pushEndpoint: endpoint.origin,
      async sleep(_ms, signal) {
        backingOff.resolve();
        await once(signal, 'abort');
        throw signal.reason;
      },
    });
    await pubsub.drained();
    pubsub.publish({ data: 'hi' });
    await backingOff.promise;
    await assert.rejects(pubsub.drained({ withinMs: 1 }), /not drained within 1 ms: .*"unacknowledged":1/);
    const drained = assert.rejects(pubsub.drained(), /closed with messages left: .*"unacknowledged":1/);
    await pubsub.close();
    await drained;
    await fetch(endpoint.origin);
    assert.equal(endpoint.received.length, 2, 'it goes on after close');
  });

  it('refuses what it could not post', () => {
    assert.throws(() => startPubSub({ pushEndpoint: 'https://example.com/' }), TypeError);
    const pubsub = startPubSub({ pushEndpoint: 'http://127.0.0.1:1/', shape: 'unwrapped' });
    assert.throws(() => pubsub.publish({ attributes: { 'no header': 'x' } }), { code: 'ERR_INVALID_HTTP_TOKEN' });
    assert.equal(pubsub.statistics.published, 0);
  });
});
