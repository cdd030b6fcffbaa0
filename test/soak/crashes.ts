import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import type { OperationStart } from '../emulator/schema.ts';
import { type PubSub, startPubSub } from '../pubsub/pubsub.ts';
import { type FunctionProcess, spawnFunction } from '../support/process.ts';
import { checkedRecord } from '../support/record.ts';
import { type Chance, chance } from './chance.ts';
import { type ReadLog, readLog } from './log-reader.ts';

/** Crashes: so many messages, and after each start a kill at a random moment up to `longestLife` ms later. */
export type CrashesOptions = { seed: number; messages: number; mostKills: number; longestLife: number };

export type CrashesFigures = {
  messages: number;
  kills: number;
  deliveries: number;
  /** What the last delivery of each message came to. */
  outcomes: Record<string, number>;
  /** INTENTs whose RESULT never came: what a kill cut off between the two. */
  cutOff: number;
  failures: string[];
};

/** Milliseconds that everything may take. */
const PATIENCE = 180_000;

/** Kills the function again and again while Pub/Sub delivers, and looks what became of every message. */
export async function crashes({ seed, messages, mostKills, longestLife }: CrashesOptions): Promise<CrashesFigures> {
  const own = chance(seed);
  await using emulator = await startEmulator({ latencyMs: 30, logLimit: messages * 50 });
  await using pubsub = startPubSub({
    pushEndpoint: 'http://127.0.0.1:1',
    maxOutstanding: 20,
    duplicates: { share: 0.1, seed },
  });
  const log = readLog();
  const names = emulator.startOperations(messages, () => drawOperation(own));
  const messageOf = new Map(
    names.map((name) => [pubsub.publish({ data: JSON.stringify({ name, wait: '0.2s' }) }), name]),
  );

  const drained = pubsub.drained({ withinMs: PATIENCE });
  let left = true;
  const settled = drained.finally(() => {
    left = false;
  });
  let kills = 0;
  while (left) {
    const fn = await start(emulator, log);
    pubsub.pushEndpoint = fn.url;
    const life = kills < mostKills ? sleep(own.integer(0, longestLife)) : settled;
    await Promise.race([life, settled]);
    if (left) kills += 1;
    await kill(fn);
  }
  await drained;

  const failures = [...messageOf].flatMap(([id, name]) => untruths(emulator, pubsub, id, name));
  const last = [...messageOf.keys()].map((id) => checkedRecord(pubsub.deliveries(id).at(-1)?.body).outcome ?? '');
  return {
    messages,
    kills,
    deliveries: pubsub.statistics.deliveries,
    outcomes: Object.fromEntries(
      [...Map.groupBy(last, (outcome) => outcome)].map(([key, { length }]) => [key, length]),
    ),
    cutOff: [...log.intents.keys()].filter((auditId) => !log.results.has(auditId)).length,
    failures: [...failures, ...unintended(emulator, log), ...doubled(log)],
  };
}

function drawOperation(own: Chance): OperationStart {
  const afterMs = own.pick([0, 0, 50, 150]);
  return own.weighed<OperationStart>([
    [8, { onCancel: { kind: 'cancels', afterMs } }],
    [1, { onCancel: { kind: 'completes', afterMs } }],
    [1, { onCancel: { kind: 'fails', code: 'ABORTED', afterMs } }],
    [1, { onCancel: { kind: 'neverEnds' } }],
  ]);
}

async function start(emulator: Emulator, log: ReadLog): Promise<FunctionProcess> {
  const fn = await spawnFunction(emulator.environment, 'left');
  log.read(fn.child);
  return fn;
}

/** Ends a process at once, and reads what it still wrote. */
async function kill({ child, stop }: FunctionProcess): Promise<void> {
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
  await stop();
}

/** A message is not lost, and what it was answered is true, each time. */
function untruths(emulator: Emulator, pubsub: PubSub, id: string, name: string): string[] {
  const deliveries = pubsub.deliveries(id);
  const acknowledged = deliveries.at(-1)?.acknowledged === true;
  const records = deliveries.filter(({ status }) => status !== null).map(({ body }) => checkedRecord(body));
  const outcomes = records.map(({ outcome }) => outcome ?? '');
  const shown = outcomeShown(emulator, name);
  const untrue = outcomes.filter((outcome) => !shown.includes(outcome));
  return [
    ...(acknowledged ? [] : [`message ${id} was not acknowledged`]),
    ...untrue.map((outcome) => `message ${id}: ${outcome}, and the operation shows ${shown.join(' or ')}`),
  ];
}

/** What may be said of an operation in the end, by how it ended. */
function outcomeShown(emulator: Emulator, name: string): readonly string[] {
  const { resource, requestedCancellation } = emulator.operation(name) ?? {};
  const asked = ['CANCEL_REQUESTED', 'ALREADY_DONE'];
  if (resource?.error?.code === 1) return ['CANCELLED', ...asked];
  if (resource?.error !== undefined) return ['FAILED', ...asked];
  if (resource?.response !== undefined) return ['COMPLETED', ...asked];
  return requestedCancellation === true ? ['CANCEL_REQUESTED'] : [];
}

/** Every cancel that arrived was announced, although the process that sent it may have been killed since. */
function unintended({ requests }: Emulator, { intents }: ReadLog): string[] {
  const cancels = requests.filter(({ kind }) => kind === 'cancel');
  const announced = cancels.filter(
    ({ name, headers }) => intents.get(String(headers['x-goog-request-reason']).slice(0, 36)) === name,
  );
  return announced.length === cancels.length ? [] : [`${cancels.length - announced.length} cancels without an INTENT`];
}

function doubled({ results }: ReadLog): string[] {
  return [...results].filter(([, times]) => times > 1).map(([auditId]) => `${auditId} has more than one RESULT`);
}
