import { INVOKER } from '../caller.ts';
import type { Expected, Fate } from '../checks.ts';
import { jsonText } from '../json-text.ts';
import { createdMinutesAgo } from '../operation.ts';
import type { Stage } from '../stage.ts';
import { CANCEL_SENT, NONE_SENT, type Scene } from './scene.ts';

/** A location of its own, so that the sweep finds only what belongs to this scene. */
const LOCATION = 'europe-west3';

/** Cloud Scheduler cancels what nobody knows the names of: first a dry run, then for real. */
export const scheduler: Scene = {
  title: 'Cloud Scheduler sweeps up creations that have run for more than two hours',
  name: 'Scheduler sweep',
  async *plans(stage) {
    const parent = `projects/${stage.emulator.projectId}/locations/${LOCATION}`;
    const started = startAll(stage, parent);
    const command = { parent, select: { verbs: ['create'], minAge: '7200s' }, reason: 'nightly sweep' };
    const dryRun = jsonText({ ...command, validateOnly: true });
    const forReal = jsonText(command);
    yield {
      story: 'First a dry run (validateOnly): it shows what would be cancelled, and cancels nothing.',
      asked: dryRun,
      fates: new Map(started.map(({ name }) => [name, UNTOUCHED])),
      act: async () => [await stage.post({ caller: INVOKER, headers: headersAt('02:55'), body: dryRun })],
      expected: [batchOf({ outcome: 'VALIDATED', number: 2, phases: NONE_SENT })],
    };
    yield {
      story: 'Then for real: the same two are cancelled, and everything else is left alone.',
      asked: forReal,
      fates: new Map(started.map(({ name, swept }) => [name, swept ? SWEPT : UNTOUCHED])),
      act: async () => [await stage.post({ caller: INVOKER, headers: headersAt('03:00'), body: forReal })],
      expected: [batchOf({ outcome: 'CANCELLED', number: 2, phases: CANCEL_SENT })],
    };
  },
};

/** The batch itself sends no cancel: its results do. */
function batchOf(results: NonNullable<Expected['results']>): Expected {
  return { outcome: 'BATCH', http: 200, principal: INVOKER.email, phases: NONE_SENT, results };
}

const UNTOUCHED: Fate = { state: 'running', cancels: 0 };
const SWEPT: Fate = { state: 'cancelled', cancels: 1 };

/** Two that have run too long, one that is young, and one that is old and no creation. */
function startAll({ emulator }: Stage, parent: string): { readonly name: string; readonly swept: boolean }[] {
  const kinds = [
    { verb: 'create', target: 'streams/berlin', minutes: 540, swept: true },
    { verb: 'create', target: 'streams/hamburg', minutes: 185, swept: true },
    { verb: 'create', target: 'streams/munich', minutes: 20, swept: false },
    { verb: 'update', target: 'streams/rome', minutes: 300, swept: false },
  ];
  return kinds.map(({ verb, target, minutes, swept }) => {
    const createTime = createdMinutesAgo(minutes);
    return {
      name: emulator.startOperation({ location: LOCATION, verb, target: `${parent}/${target}`, createTime }),
      swept,
    };
  });
}

/** What a job of Cloud Scheduler sends. */
function headersAt(time: string): Record<string, string> {
  return {
    'content-type': 'application/octet-stream',
    'user-agent': 'Google-Cloud-Scheduler',
    'x-cloudscheduler': 'true',
    'x-cloudscheduler-jobname': 'datastream-operation-cancel-sweep',
    'x-cloudscheduler-scheduletime': `2026-11-22T${time}:00Z`,
  };
}
