import assert from 'node:assert/strict';
import { startEndpoint } from './endpoint.ts';
import { startPubSub } from './pubsub.ts';

const FAST = { minimumBackoffMs: 1, maximumBackoffMs: 4 };

function messageIdOf(body: Buffer): string {
  return JSON.parse(body.toString()).message.messageId;
}

describe('the Pub/Sub stand-in with many messages', () => {
  it('delivers the same messages twice for the same seed, although they were acknowledged', async () => {
    await using endpoint = await startEndpoint(() => 200);
    const runs: number[][] = [];
    for (const seed of [7, 7, 8]) {
      await using pubsub = startPubSub({ pushEndpoint: endpoint.origin, duplicates: { share: 0.5, seed }, ...FAST });
      const ids = Array.from({ length: 40 }, () => pubsub.publish({ data: 'hi' }));
      await pubsub.drained();
      const deliveries = ids.map((id) => pubsub.deliveries(id).length);
      const { duplicated, acknowledged } = pubsub.statistics;
      assert.deepEqual(
        { duplicated, acknowledged },
        { duplicated: deliveries.filter((n) => n === 2).length, acknowledged: 40 },
      );
      runs.push(deliveries);
    }
    assert.ok(runs[0]?.includes(1) && runs[0].includes(2));
    assert.deepEqual(runs[0], runs[1]);
    assert.notDeepEqual(runs[0], runs[2]);
  });

  it('loses no acknowledgement of a last attempt', async () => {
    await using endpoint = await startEndpoint(() => 200);
    const duplicates = { share: 1, seed: 1 };
    await using pubsub = startPubSub({ pushEndpoint: endpoint.origin, duplicates, maxDeliveryAttempts: 1, ...FAST });
    pubsub.publish({ data: 'hi' });
    await pubsub.drained();
    const { acknowledged, deadLettered } = pubsub.statistics;
    assert.deepEqual({ acknowledged, deadLettered }, { acknowledged: 1, deadLettered: 0 });
  });

  it('delivers 500 messages through a restart and a bad hour, and none is left', async () => {
    const acknowledged = new Set<string>();
    const answer = (bad: (n: number) => boolean) => (received: { body: Buffer }, n: number) => {
      if (bad(n)) return n % 2 === 0 ? 503 : 429;
      acknowledged.add(messageIdOf(received.body));
      return 200;
    };
    const first = await startEndpoint(answer((n) => n > 50 && n < 150));
    await using pubsub = startPubSub({ pushEndpoint: first.origin, maxOutstanding: 20, ...FAST });
    const ids = Array.from({ length: 500 }, () => pubsub.publish({ data: 'hi' }));
    await first.arrival(300);
    await first.close();
    await using second = await startEndpoint(answer(() => false));
    pubsub.pushEndpoint = second.origin;
    await pubsub.drained();

    assert.deepEqual([...acknowledged].sort(), ids.sort());
    const { published, unacknowledged, outstanding, highestOutstanding, statuses } = pubsub.statistics;
    assert.deepEqual({ published, unacknowledged, outstanding }, { published: 500, unacknowledged: 0, outstanding: 0 });
    assert.ok(highestOutstanding > 1 && highestOutstanding <= 20, `${highestOutstanding} at once`);
    assert.equal((statuses['503'] ?? 0) + (statuses['429'] ?? 0), 99);
  });

  it('closes in the middle of a request, with others waiting for their turn', async () => {
    await using endpoint = await startEndpoint(() => undefined);
    const pubsub = startPubSub({ pushEndpoint: endpoint.origin, maxOutstanding: 2 });
    for (let n = 0; n < 5; n += 1) pubsub.publish({ data: 'hi' });
    await endpoint.arrival(1);
    await pubsub.close();
    assert.deepEqual(pubsub.statistics.statuses, {});
    assert.equal(pubsub.statistics.outstanding, 0);
  });
});
