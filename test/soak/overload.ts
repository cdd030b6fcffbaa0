import { setTimeout as sleep } from 'node:timers/promises';
import { startEmulator } from '../emulator/emulator.ts';
import type { Quota } from '../emulator/schema.ts';
import { startPubSub } from '../pubsub/pubsub.ts';
import { checkedRecord } from '../support/record.ts';
import { growth, spawnWatched } from './memory.ts';

export type OverloadOptions = { messages: number; quota: Quota };

export type OverloadFigures = {
  messages: number;
  seconds: number;
  deliveries: number;
  /** Calls of the API, and how many of them were refused with 429. */
  calls: number;
  refused: number;
  statuses: Readonly<Record<string, number>>;
  /** What is in use of the function's heap when a tenth is done and in the end, in MiB. */
  heap: readonly [number, number];
  /** The most resident memory of the function in each fifth of the time, in MiB. */
  memory: readonly number[];
  failures: string[];
};

/** Milliseconds that everything may take. */
const PATIENCE = 240_000;

/** Publishes more at once than the quota lets through, and looks what became of every message. */
export async function overload({ messages, quota }: OverloadOptions): Promise<OverloadFigures> {
  let calls = 0;
  const onRequest = () => {
    calls += 1;
    return undefined;
  };
  await using emulator = await startEmulator({ quota, onRequest, logLimit: messages * 40 });
  await using watched = await spawnWatched(emulator.environment);
  const { fn, heap, fifths } = watched;
  fn.child.stdout?.resume();
  const names = emulator.startOperations(messages, () => ({}));
  const begun = performance.now();
  await using pubsub = startPubSub({
    pushEndpoint: fn.url,
    ackDeadlineMs: 60_000,
    minimumBackoffMs: 100,
    maximumBackoffMs: 2000,
  });
  const ids = names.map((name) => pubsub.publish({ data: name }));
  const drained = pubsub.drained({ withinMs: PATIENCE });
  while (pubsub.statistics.acknowledged < messages / 10) await Promise.race([sleep(20), drained]);
  const early = await heap();
  await drained;
  const late = await heap();
  const seconds = (performance.now() - begun) / 1000;

  const lost = ids.filter(
    (id) => !['CANCELLED', 'ALREADY_DONE'].includes(outcomeOf(pubsub.deliveries(id).at(-1)?.body)),
  );
  const running = names.filter((name) => emulator.operation(name)?.resource.error?.code !== 1);
  const repeated = names.filter((name) => emulator.operation(name)?.cancels.applied.length !== 1);
  return {
    messages,
    seconds,
    deliveries: pubsub.statistics.deliveries,
    calls,
    refused: emulator.requests.filter(({ status }) => status === 429).length,
    statuses: pubsub.statistics.statuses,
    heap: [early, late],
    memory: fifths(),
    failures: [
      ...growth(early, late),
      ...(lost.length > 0 ? [`${lost.length} messages were not carried out`] : []),
      ...(running.length > 0 ? [`${running.length} operations still run`] : []),
      ...(repeated.length > 0 ? [`${repeated.length} operations were not cancelled exactly once`] : []),
    ],
  };
}

function outcomeOf(body: unknown): string {
  return checkedRecord(body).outcome ?? '';
}
