import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import type { Fault } from '../emulator/schema.ts';
import { type PubSub, startPubSub } from '../pubsub/pubsub.ts';
import { SHAPES } from '../pubsub/shapes.ts';
import { entryOf } from '../support/entry.ts';
import { type FunctionProcess, spawnFunction } from '../support/process.ts';

const MESSAGES = 500;

/** Of the API's requests, those from and to which it is down: every second one 503, the others 429. */
const DOWN = { from: 300, to: 700 };

/** So short that a process tries again only where that is quick, and leaves the rest to Pub/Sub. */
const SETTINGS = { REQUEST_DEADLINE: '1s', DEFAULT_WAIT: '0s' };

/** What happens to an operation that is cancelled: most are, some end otherwise; none is done before. */
const onCancel = (index: number) => {
  if (index % 25 === 7) return { kind: 'completes' } as const;
  return index % 25 === 14 ? ({ kind: 'fails', code: 'INTERNAL' } as const) : ({ kind: 'cancels' } as const);
};

describe('issue 3: 500 messages, delivered until they are done', () => {
  let emulator: Emulator;
  let processes: FunctionProcess[];
  let subscriptions: PubSub[];
  let names: string[];
  let calls: number;

  before(async () => {
    calls = 0;
    emulator = await startEmulator({ onRequest: downForAWhile });
    processes = [await spawnFunction({ ...emulator.environment, ...SETTINGS })];
    names = emulator.startOperations(MESSAGES, (index) => ({ onCancel: onCancel(index) }));
    subscriptions = SHAPES.map((shape, index) =>
      startPubSub({ pushEndpoint: current().url, shape, duplicates: { share: 0.05, seed: index }, maxOutstanding: 25 }),
    );
  });
  after(async () => {
    for (const subscription of subscriptions) await subscription.close();
    for (const process of processes) await process.stop();
    await emulator.close();
  });

  it('loses nothing and cancels nothing twice, while the API is down for a while and processes are killed', async function () {
    this.timeout(60_000);
    const began = performance.now();
    for (const [index, name] of names.entries()) subscriptions[index % subscriptions.length]?.publish({ data: name });

    await replaceWhen(MESSAGES / 5, 'SIGKILL');
    await replaceWhen(MESSAGES / 2, 'SIGTERM');
    for (const subscription of subscriptions) await subscription.drained({ withinMs: 50_000 });
    for (const process of processes) await process.stop();

    const truth = names.map((name) => emulator.operation(name));
    const cancels = truth.map((operation) => operation?.cancels ?? { applied: [], refused: [] });
    const entries = processes.flatMap(({ lines }) => lines.map(entryOf));
    const intents = entries.filter(({ phase }) => phase === 'INTENT');
    const results = entries.filter(({ phase }) => phase === 'RESULT');
    const finished = new Set(results.map(({ audit }) => audit.auditId));
    const figures = {
      messages: sum(({ statistics }) => statistics.published),
      deliveries: sum(({ statistics }) => statistics.deliveries),
      statuses: merged(subscriptions.map(({ statistics }) => statistics.statuses)),
      cancelsSent: emulator.counts.requests.cancel,
      cancelsTaken: cancels.flatMap(({ applied }) => applied).length,
      operationsCancelledTwice: cancels.filter(({ applied, refused }) => applied.length + refused.length > 1).length,
      operationsStillRunning: truth.filter((operation) => operation?.done !== true).length,
      intentsWithoutResult: intents.filter(({ audit }) => !finished.has(audit.auditId)).length,
      messagesLeft: sum(({ statistics }) => statistics.unacknowledged),
      milliseconds: Math.round(performance.now() - began),
    };
    console.log(`      ${JSON.stringify(figures)}`);

    assert.deepEqual([figures.messages, figures.messagesLeft], [MESSAGES, 0], 'nothing is lost');
    assert.equal(figures.operationsStillRunning, 0);
    assert.equal(figures.operationsCancelledTwice, 0);
    assert.equal(figures.cancelsTaken, MESSAGES);
    assert.ok(figures.deliveries > MESSAGES, 'something was delivered again');
    for (const status of ['503', '429']) assert.ok((figures.statuses[status] ?? 0) > 0, `${status} was answered`);
    assert.ok(
      Object.keys(figures.statuses).some((key) => key.startsWith('ECONN')),
      'a process was away',
    );
    const intended = new Set(intents.map(({ audit }) => audit.resourceName));
    assert.deepEqual(
      names.filter((name) => !intended.has(name)),
      [],
      'no cancel without its INTENT',
    );
    assert.deepEqual(untrue(results.map(({ audit }) => audit)), [], 'no record says what is not so');
  });

  function current(): FunctionProcess {
    const latest = processes.at(-1);
    assert.ok(latest !== undefined);
    return latest;
  }

  /** Ends the process once that many messages are acknowledged, and then starts another in its place. */
  async function replaceWhen(acknowledged: number, signal: NodeJS.Signals): Promise<void> {
    while (sum(({ statistics }) => statistics.acknowledged) < acknowledged) await sleep(2);
    await current().stop(signal);
    processes.push(await spawnFunction({ ...emulator.environment, ...SETTINGS }));
    for (const subscription of subscriptions) subscription.pushEndpoint = current().url;
  }

  function downForAWhile({ path }: { path: string }): Fault | undefined {
    if (!path.startsWith('/v1/')) return undefined;
    calls += 1;
    if (calls < DOWN.from || calls >= DOWN.to) return undefined;
    return { kind: 'error', error: { code: calls % 2 === 0 ? 'UNAVAILABLE' : 'RESOURCE_EXHAUSTED', retryAfter: '1' } };
  }

  function sum(of: (subscription: PubSub) => number): number {
    return subscriptions.reduce((total, subscription) => total + of(subscription), 0);
  }

  /** The records that say that an operation ended otherwise than it did. */
  function untrue(records: readonly { outcome: string | null; resourceName: string | null }[]): unknown[] {
    return records.filter(({ outcome, resourceName }) => {
      const ended = emulator.operation(resourceName ?? '')?.resource.error?.code ?? 0;
      if (outcome === 'CANCELLED') return ended !== 1;
      if (outcome === 'COMPLETED') return ended !== 0;
      return outcome === 'FAILED' && (ended === 0 || ended === 1);
    });
  }
});

function merged(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const [key, count] of counts.flatMap(Object.entries<number>)) total[key] = (total[key] ?? 0) + count;
  return total;
}
