import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Answering, type Endpoint, startEndpoint } from './endpoint.ts';
import { type PubSub, type PubSubOptions, startPubSub } from './pubsub.ts';

/** An endpoint that answers so, and a subscription that pushes to it with short pauses. */
async function pushing(answering: Answering, options: Partial<PubSubOptions> = {}) {
  const endpoint = await startEndpoint(answering);
  const pubsub = startPubSub({ pushEndpoint: endpoint.origin, minimumBackoffMs: 1, maximumBackoffMs: 4, ...options });
  const dispose = async () => {
    await pubsub.close();
    await endpoint.close();
  };
  return { endpoint, pubsub, [Symbol.asyncDispose]: dispose };
}

function messagesAt(endpoint: Endpoint): { messageId: string; deliveryAttempt?: number }[] {
  return endpoint.received.map(({ body }) => {
    const { message, deliveryAttempt } = JSON.parse(body.toString());
    return { messageId: message.messageId, deliveryAttempt };
  });
}

async function statusesOf(pubsub: PubSub): Promise<readonly (number | string | null)[]> {
  const deliveries = await pubsub.ended(pubsub.publish({ data: 'hi' }));
  assert.deepEqual(
    deliveries.map(({ attempt, acknowledged }) => [attempt, acknowledged]),
    deliveries.map((_, index) => [index + 1, index === deliveries.length - 1]),
  );
  return deliveries.map(({ status, error }) => status ?? error);
}

describe('the Pub/Sub stand-in', () => {
  describe('takes as the acknowledgement', () => {
    for (const status of [200, 201, 202, 204]) {
      it(`${status}`, async () => {
        await using all = await pushing(() => status);
        assert.deepEqual(await statusesOf(all.pubsub), [status]);
        assert.equal(all.endpoint.received.length, 1);
      });
    }

    it('an interim 102, whatever follows', async () => {
      await using all = await pushing((_received, _n, response) => {
        response.writeProcessing();
        response.writeHead(503).end();
      });
      assert.deepEqual(await statusesOf(all.pubsub), [102]);
      assert.equal(all.endpoint.received.length, 1);
    });
  });

  describe('delivers again after', () => {
    for (const status of [203, 206, 301, 400, 401, 403, 404, 429, 500, 503]) {
      it(`${status}`, async () => {
        await using all = await pushing((_received, n) => (n === 1 ? status : 200));
        assert.deepEqual(await statusesOf(all.pubsub), [status, 200]);
        const [first, second] = messagesAt(all.endpoint);
        assert.equal(first?.messageId, second?.messageId);
      });
    }

    it('a refused connection, to wherever the endpoint is by then', async () => {
      const gone = await startEndpoint(() => 200);
      await gone.close();
      await using all = await pushing(() => 200, {
        pushEndpoint: gone.origin,
        async sleep() {
          all.pubsub.pushEndpoint = all.endpoint.origin;
        },
      });
      assert.deepEqual(await statusesOf(all.pubsub), ['ECONNREFUSED', 200]);
      assert.equal(all.endpoint.received.length, 1);
    });

    it('a reset connection and an answer that is cut off', async () => {
      await using all = await pushing((_received, n, response, request) => {
        if (n === 1) return request.socket.resetAndDestroy();
        if (n > 2) return 200;
        response.writeHead(200, { 'content-length': 100 }).write('{"outcome":', () => request.socket.destroy());
        return undefined;
      });
      assert.deepEqual(await statusesOf(all.pubsub), ['ECONNRESET', 'ECONNRESET', 200]);
    });

    it('the acknowledgement deadline, which is as long as a request may take', async () => {
      await using all = await pushing((_received, n) => (n === 1 ? undefined : 200), { ackDeadlineMs: 50 });
      assert.deepEqual(await statusesOf(all.pubsub), ['ACK_DEADLINE_EXCEEDED', 200]);
    });
  });

  it('follows a message to its end with the pauses of a real subscription, in a thousandth of the time', async () => {
    // As the function answers a command with `untilDone`: Retry-After is for others, Pub/Sub keeps to its own pauses.
    const pauses: number[] = [];
    const answering: Answering = (_received, n, response) => {
      const done = n > 8;
      response.writeHead(done ? 200 : 503, done ? {} : { 'retry-after': '30' });
      response.end(done ? '{"outcome":"CANCELLED"}' : '{"outcome":"CANCEL_REQUESTED"}');
    };
    await using all = await pushing(answering, {
      minimumBackoffMs: 10_000,
      maximumBackoffMs: 600_000,
      timeCompression: 1000,
      maxDeliveryAttempts: 10,
      async sleep(ms) {
        pauses.push(ms);
      },
    });
    const deliveries = await all.pubsub.ended(all.pubsub.publish({ data: 'hi' }));
    assert.deepEqual(pauses, [10, 20, 40, 80, 160, 320, 600, 600]);
    assert.deepEqual(
      deliveries.map(({ pausedMs }) => pausedMs / 1000),
      [0, 10, 30, 70, 150, 310, 630, 1230, 1830],
    );
    assert.deepEqual(deliveries[7]?.headers['retry-after'], '30');
    assert.deepEqual(deliveries.at(-1)?.body, { outcome: 'CANCELLED' });
    assert.equal(all.pubsub.statistics.acknowledged, 1);
  });

  it('sends a message to the dead letters after the last attempt, and counts attempts in the envelope', async () => {
    await using all = await pushing(() => 503, { maxDeliveryAttempts: 5, subscription: 'projects/p/subscriptions/s' });
    const publishTime = '2026-11-22T10:15:00.000Z';
    const messageId = all.pubsub.publish({ data: 'hi', attributes: { key: 'value' }, publishTime });
    assert.equal((await all.pubsub.ended(messageId)).length, 5);
    assert.deepEqual(
      messagesAt(all.endpoint).map(({ deliveryAttempt }) => deliveryAttempt),
      [1, 2, 3, 4, 5],
    );
    const attributes = {
      key: 'value',
      CloudPubSubDeadLetterSourceDeliveryCount: '5',
      CloudPubSubDeadLetterSourceSubscription: 's',
      CloudPubSubDeadLetterSourceSubscriptionProject: 'p',
      CloudPubSubDeadLetterSourceTopicPublishTime: publishTime,
    };
    assert.deepEqual(all.pubsub.deadLetters, [{ messageId, data: 'hi', publishTime, attributes }]);
    const { acknowledged, deadLettered, unacknowledged } = all.pubsub.statistics;
    assert.deepEqual([acknowledged, deadLettered, unacknowledged], [0, 1, 0]);
  });

  it('adds the headers it is given, and keeps an answer that is no JSON as it is', async () => {
    await using all = await pushing((_received, _n, response) => response.end('<p>no JSON</p>'), {
      headers: { authorization: 'Bearer t' },
    });
    const deliveries = await all.pubsub.ended(all.pubsub.publish({ data: 'hi' }));
    assert.equal(all.endpoint.received[0]?.headers.authorization, 'Bearer t');
    assert.equal(deliveries[0]?.body, '<p>no JSON</p>');
    assert.throws(() => all.pubsub.deliveries('1'), RangeError);
  });

  it('refuses what it could not post', () => {
    assert.throws(() => startPubSub({ pushEndpoint: 'https://example.com/' }), TypeError);
    const pubsub = startPubSub({ pushEndpoint: 'http://127.0.0.1:1/', shape: 'unwrapped' });
    assert.throws(() => pubsub.publish({ attributes: { 'no header': 'x' } }), { code: 'ERR_INVALID_HTTP_TOKEN' });
    assert.equal(pubsub.statistics.published, 0);
  });

  describe('with many messages', () => {
    it('delivers the same ones twice for the same seed, although they were acknowledged', async () => {
      const runs: number[][] = [];
      for (const seed of [7, 7, 8]) {
        await using all = await pushing(() => 200, { duplicates: { share: 0.5, seed } });
        const ids = Array.from({ length: 40 }, () => all.pubsub.publish({ data: 'hi' }));
        await all.pubsub.drained();
        const deliveries = ids.map((id) => all.pubsub.deliveries(id).length);
        const { duplicated, acknowledged } = all.pubsub.statistics;
        assert.deepEqual([duplicated, acknowledged], [deliveries.filter((n) => n === 2).length, 40]);
        runs.push(deliveries);
      }
      assert.ok(runs[0]?.includes(1) && runs[0].includes(2));
      assert.deepEqual(runs[0], runs[1]);
      assert.notDeepEqual(runs[0], runs[2]);
    });

    it('loses no acknowledgement of a last attempt', async () => {
      await using all = await pushing(() => 200, { duplicates: { share: 1, seed: 1 }, maxDeliveryAttempts: 1 });
      assert.deepEqual(await statusesOf(all.pubsub), [200]);
      assert.deepEqual(all.pubsub.deadLetters, []);
    });

    it('delivers 500 of them through a restart and a bad hour, and none is left', async () => {
      const acknowledged = new Set<string>();
      const answer =
        (bad: (n: number) => boolean): Answering =>
        ({ body }, n) => {
          if (bad(n)) return n % 2 === 0 ? 503 : 429;
          acknowledged.add(JSON.parse(body.toString()).message.messageId);
          return 200;
        };
      await using first = await pushing(
        answer((n) => n > 50 && n < 150),
        { maxOutstanding: 20 },
      );
      const { pubsub, endpoint } = first;
      const ids = Array.from({ length: 500 }, () => pubsub.publish({ data: 'hi' }));
      await endpoint.arrival(300);
      await endpoint.close();
      await using second = await startEndpoint(answer(() => false));
      pubsub.pushEndpoint = second.origin;
      await pubsub.drained();

      assert.deepEqual([...acknowledged].sort(), ids.sort());
      const { published, unacknowledged, outstanding, highestOutstanding, statuses } = pubsub.statistics;
      assert.deepEqual([published, unacknowledged, outstanding], [500, 0, 0]);
      assert.ok(highestOutstanding > 1 && highestOutstanding <= 20, `${highestOutstanding} at once`);
      assert.equal((statuses['503'] ?? 0) + (statuses['429'] ?? 0), 99);
    });
  });

  describe('when it is closed', () => {
    it('and before, when it is not drained in time, says what is left', async () => {
      const backingOff = Promise.withResolvers<void>();
      await using all = await pushing(() => 503, {
        async sleep(_ms, signal) {
          backingOff.resolve();
          await once(signal, 'abort');
          throw signal.reason;
        },
      });
      const { pubsub, endpoint } = all;
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

    it('breaks off requests, counts none of them, and begins no other', async () => {
      await using all = await pushing(() => undefined, { maxOutstanding: 2 });
      for (let n = 0; n < 5; n += 1) all.pubsub.publish({ data: 'hi' });
      await all.endpoint.arrival(1);
      await all.pubsub.close();
      assert.deepEqual(all.pubsub.statistics.statuses, {});
      assert.equal(all.pubsub.statistics.outstanding, 0);
    });
  });
});
