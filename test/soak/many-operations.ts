import { startEmulator } from '../emulator/emulator.ts';
import { spawnFunction } from '../support/process.ts';
import { memoryOf } from './memory.ts';
import { post } from './post.ts';

export type ManyFigures = {
  /** What was listed, and what of it was selected and cancelled. */
  listed: number;
  cancelled: number;
  /** Milliseconds from the command to the answer. */
  time: number;
  /** The most resident memory of the function in MiB: before the command, and in the end. */
  before: number;
  peak: number;
  failures: string[];
};

/** Sweeps 20 operations out of so many, in a process of its own. */
export async function manyOperations(listed: number): Promise<ManyFigures> {
  await using emulator = await startEmulator({ logLimit: 0 });
  const selected = 20;
  const verb = (index: number) => (index % Math.floor(listed / selected) === 0 ? 'run' : 'create');
  emulator.startOperations(listed, (index) => ({ verb: verb(index) }));
  await using fn = await spawnFunction({ ...emulator.environment, DEFAULT_WAIT: '0s' });
  const pid = fn.child.pid ?? 0;
  const before = memoryOf(pid).peak;
  const begun = performance.now();
  const { record } = await post(fn.url, { parent: emulator.parent, select: { verbs: ['run'] } }, 'SCHEDULER', 0);
  const time = performance.now() - begun;
  const { peak } = memoryOf(pid);
  let cancelled = 0;
  for (const { resource } of emulator.operations()) cancelled += Number(resource.done);
  const counted = record.counts?.CANCELLED;
  const right = record.status?.name === 'OK' && counted === selected && cancelled === selected;
  return {
    listed,
    cancelled,
    time,
    before,
    peak,
    failures: right ? [] : [`${counted} recorded as CANCELLED, ${cancelled} done, status ${record.status?.name}`],
  };
}
