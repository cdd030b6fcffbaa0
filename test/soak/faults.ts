import { isDeepStrictEqual } from 'node:util';
import type { AuditRecord } from '../../src/record/schema.ts';
import { chance } from './chance.ts';
import { eachOf } from './each-of.ts';
import { startWorld, type World } from './fault-world.ts';
import { drawPlan, type Plan } from './plan.ts';
import { post } from './post.ts';
import { httpOf, untruths, untruthsOfSummary } from './truth.ts';
import type { WatchedLog } from './watched-log.ts';

/** Truth under faults: how much, and by which chance. Deadlines are the `REQUEST_DEADLINE` of each function, in ms. */
export type FaultsOptions = {
  seed: number;
  requests: number;
  parallel: number;
  deadlines: readonly number[];
  /** Only the request of this number, to look at one that failed. */
  only?: number | undefined;
};

export type FaultsFigures = {
  requests: number;
  operations: number;
  outcomes: Record<string, number>;
  mishaps: Record<string, number>;
  /** Requests that the emulator received, of any kind. */
  received: number;
  /** The longest that an answer took beyond its `REQUEST_DEADLINE`; below zero where all came before it. In ms. */
  latest: number;
  /** What was not true, each with the number of its request. */
  failures: string[];
};

/** How long after `REQUEST_DEADLINE` an answer may come, in ms. */
const GRACE = 1000;

/**
 * Sends requests whose own requests to Datastream meet random faults, and holds every record against what the emulator
 * knows. What happens to a request depends on the seed and its number alone, but for the moment at which tokens expire.
 */
export async function faults(options: FaultsOptions): Promise<FaultsFigures> {
  const world = await startWorld(options.seed, options.deadlines);
  try {
    const indices = Array.from({ length: options.requests }, (_, index) => index);
    const chosen = options.only === undefined ? indices : [options.only];
    const figures: Figures = { operations: 0, outcomes: {}, latest: Number.NEGATIVE_INFINITY };
    await eachOf(chosen, options.parallel, (index) => runOne(index, world, figures));
    const received = Object.values(world.emulator.counts.requests).reduce((sum, count) => sum + count, 0);
    const failures = [...world.failures, ...world.functions.flatMap(({ log }) => log.faults)];
    return { requests: chosen.length, ...figures, mishaps: world.mishaps, received, failures };
  } finally {
    for (const { fn } of world.functions) await fn[Symbol.asyncDispose]();
    await world.emulator.close();
  }
}

type Figures = Pick<FaultsFigures, 'operations' | 'outcomes' | 'latest'>;

async function runOne(index: number, world: World, figures: Figures): Promise<void> {
  const { emulator, functions, storms, seen, failures, seed } = world;
  const plan = drawPlan(index, functions.length, chance(seed, index));
  const watched = functions[plan.function];
  if (watched === undefined) throw new RangeError(`There is no function ${plan.function}.`);
  storms.set(plan.parent, plan.storm);
  const names = emulator.startOperations(plan.operations.length, (number) => plan.operations[number] ?? {});
  const begun = performance.now();
  const answer = await post(watched.fn.url, plan.command, plan.trigger, index);
  const late = performance.now() - begun - watched.deadline;
  figures.latest = Math.max(figures.latest, late);
  figures.operations += names.length;
  const found = [
    ...(late > GRACE ? [`the answer came ${Math.round(late)} ms after REQUEST_DEADLINE`] : []),
    ...(httpOf(answer.record) === answer.http ? [] : [`HTTP ${answer.http} does not belong to the record`]),
    ...(answer.text.includes('ya29.') ? ['there is a credential in the answer'] : []),
    ...untruthsOf(answer.record, plan, names, watched.log, world, figures),
  ];
  failures.push(...found.map((each) => `request ${index}: ${each}\n${answer.text.slice(0, 3000)}`));
  for (const name of [plan.parent, ...names]) seen.delete(name);
}

function untruthsOf(
  record: AuditRecord,
  plan: Plan,
  names: string[],
  log: WatchedLog,
  world: World,
  figures: Figures,
): string[] {
  const many = 'parent' in plan.command;
  const records = many ? (record.results ?? []) : [record];
  for (const { outcome } of records) {
    figures.outcomes[outcome ?? ''] = (figures.outcomes[outcome ?? ''] ?? 0) + 1;
  }
  const recorded = new Set(records.map(({ resourceName }) => resourceName));
  const unrecorded = names.filter(
    (name) => !recorded.has(name) && (world.emulator.operation(name)?.cancels.arrived.length ?? 0) > 0,
  );
  return [
    ...(many ? [...untruthsOfSummary(record), ...logUntruths(record, log)] : []),
    ...records.flatMap((each) => [
      ...untruths(each, {
        state: world.emulator.operation(each.resourceName ?? ''),
        requests: world.seen.get(each.resourceName ?? '') ?? [],
      }),
      ...logUntruths(each, log),
    ]),
    ...unrecorded.map((name) => `${name} was cancelled and has no record`),
  ];
}

/** Every record has its RESULT, and its INTENT where a cancel was sent. Both are forgotten then, to save memory. */
function logUntruths(record: AuditRecord, { intents, results }: WatchedLog): string[] {
  const { auditId, cancelAttempts } = record;
  const [intent, result] = [intents.get(auditId), results.get(auditId)];
  intents.delete(auditId);
  results.delete(auditId);
  return [
    ...(isDeepStrictEqual(result, { ...record, results: null }) ? [] : ['the RESULT is not the record']),
    ...(cancelAttempts > 0 && intent === undefined ? ['there is no INTENT'] : []),
    ...(intent !== undefined && !isIntentOf(intent, record) ? ['the INTENT is not that of the record'] : []),
  ];
}

function isIntentOf(intent: AuditRecord, record: AuditRecord): boolean {
  const { outcome, status, completeTime, operationAfter, cancelAttempts } = intent;
  const untold = [outcome, status, completeTime, operationAfter].every((each) => each === null);
  return untold && cancelAttempts === 0 && isDeepStrictEqual({ ...intent, ...later(record) }, record);
}

function later({ outcome, status, completeTime, operationAfter, cancelAttempts }: AuditRecord) {
  return { outcome, status, completeTime, operationAfter, cancelAttempts };
}
