import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditRecord } from '../../src/record/schema.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { type GoogleEmulator, googlePubSubEmulator } from '../pubsub/google-emulator.ts';
import { entryOf } from '../support/entry.ts';
import { type FunctionProcess, spawnFunction } from '../support/process.ts';

/** Of each way. With more, the emulator slows down after failures as the real Pub/Sub does. */
const MESSAGES = 20;

const WAYS = [
  { way: 'wrapped', unwrapped: false },
  { way: 'unwrapped', unwrapped: true },
];

const SETTINGS = { REQUEST_DEADLINE: '1s', DEFAULT_WAIT: '0s' };

describe("section 3 with Google's own Pub/Sub emulator (skipped where it is not installed)", function () {
  this.timeout(90_000);
  let pubsub: GoogleEmulator | undefined;
  let emulator: Emulator;

  before(async function () {
    pubsub = await googlePubSubEmulator((why) => console.log(`      ${why}`));
    if (pubsub === undefined) this.skip();
    emulator = await startEmulator();
  });
  after(async () => {
    await pubsub?.stop();
    await emulator?.close();
  });

  for (const { way, unwrapped } of WAYS) {
    it(`cancels once what is published, ${way}, while the API is down for a while and the function is replaced`, async () => {
      const google = pubsub;
      assert.ok(google !== undefined);
      const topic = `projects/acme-data/topics/${way}`;
      const subscription = `projects/acme-data/subscriptions/${way}`;
      const first = await spawnFunction({ ...emulator.environment, ...SETTINGS });
      await google.createTopic(topic);
      await google.createSubscription(subscription, { topic, pushEndpoint: `${first.url}/push`, unwrapped });
      const processes = [first];
      try {
        const down = emulator.fault({
          on: 'datastream',
          fault: { kind: 'error', error: { code: 'UNAVAILABLE', retryAfter: '9' } },
        });
        const names = emulator.startOperations(MESSAGES, () => ({}));
        const published = new Map<string, string>();
        for (const [index, name] of names.entries()) {
          const data = index % 2 === 0 ? name : JSON.stringify({ name, reason: 'stuck' });
          published.set(await google.publish(topic, { data, attributes: { key: 'value' } }), name);
        }

        await until(() => answered(processes, '"UNAVAILABLE"') >= MESSAGES);
        // Slow now, so that the process ends in the middle of cancellations: after their INTENT, before their RESULT.
        emulator.setLatency(100);
        down.remove();
        await until(() => first.lines.some((line) => line.includes('"phase":"INTENT"')));
        await first.stop('SIGKILL');
        emulator.setLatency(0);
        const second = await spawnFunction({ ...emulator.environment, ...SETTINGS });
        processes.push(second);
        await google.modifyPushConfig(subscription, { pushEndpoint: `${second.url}/push`, unwrapped });
        await until(() => left(published, processes).length === 0);

        const records = recordsOf(processes);
        assert.deepEqual(
          names.map((name) => emulator.operation(name)?.cancels.applied.length),
          names.map(() => 1),
        );
        assert.deepEqual(
          names.filter((name) => emulator.operation(name)?.resource.error?.code !== 1),
          [],
        );
        for (const { trigger, requestId, resourceName } of records) {
          assert.deepEqual([trigger.type, trigger.source], ['PUBSUB', subscription]);
          assert.ok(trigger.eventTime !== null && Date.now() - Date.parse(trigger.eventTime) < 90_000);
          assert.equal(requestId, `pubsub:${trigger.deliveryId}`);
          assert.equal(published.get(trigger.deliveryId ?? ''), resourceName);
        }
        console.log(`      ${JSON.stringify({ way, messages: MESSAGES, ...outcomes(records), messagesLeft: 0 })}`);
      } finally {
        await google.deleteSubscription(subscription);
        await google.deleteTopic(topic);
        for (const process of processes) await process.stop();
      }
    });
  }
});

/** The records of all RESULT entries so far. */
function recordsOf(processes: readonly FunctionProcess[]): AuditRecord[] {
  const entries = processes.flatMap(({ lines }) => lines.map(entryOf));
  return entries.filter(({ phase }) => phase === 'RESULT').map(({ audit }) => audit);
}

/** How many messages have a RESULT with this in it. */
function answered(processes: readonly FunctionProcess[], what: string): number {
  const records = recordsOf(processes).filter((record) => JSON.stringify(record).includes(what));
  return new Set(records.map(({ requestId }) => requestId)).size;
}

/** The messages that were not acknowledged yet, going by the records: those without one whose status is OK. */
function left(published: ReadonlyMap<string, string>, processes: readonly FunctionProcess[]): string[] {
  const done = new Set(
    recordsOf(processes)
      .filter(({ status }) => status?.code === 0)
      .map(({ trigger }) => trigger.deliveryId),
  );
  return [...published.keys()].filter((id) => !done.has(id));
}

function outcomes(records: readonly AuditRecord[]): Record<string, number> {
  const counts: Record<string, number> = { deliveries: records.length };
  for (const { outcome } of records) counts[outcome ?? ''] = (counts[outcome ?? ''] ?? 0) + 1;
  return counts;
}

/** Waits for what another program does in its own time; mocha ends what never comes. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(20);
}
