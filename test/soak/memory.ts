import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type FunctionProcess, spawnFunction } from '../support/process.ts';
import { until } from '../support/until.ts';

const KIB_IN_MIB = 1024;

/** Resident memory of a process in MiB: the most that it ever had, and what it has now. NaN where there is no /proc. */
export function memoryOf(pid: number): { peak: number; now: number } {
  const file = `/proc/${pid}/status`;
  const status = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const read = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / KIB_IN_MIB;
  return { peak: read('VmHWM'), now: read('VmRSS') };
}

/** A function in a process of its own whose memory is watched from its start. */
export type WatchedProcess = AsyncDisposable & {
  fn: FunctionProcess;
  /** What is in use of the heap once garbage is collected, in MiB. */
  heap: () => Promise<number>;
  /** The most resident memory in each fifth of the time so far, in MiB. */
  fifths: () => number[];
};

const PROBE = fileURLToPath(new URL('heap-probe.cjs', import.meta.url));

/** Starts the built function, its stdout left to the caller, and looks at its memory ten times a second. */
export async function spawnWatched(env: Readonly<Record<string, string>>): Promise<WatchedProcess> {
  const fn = await spawnFunction({ ...env, NODE_OPTIONS: `--expose-gc --require "${PROBE}"` }, 'left');
  const seen: number[] = [];
  const timer = setInterval(() => seen.push(memoryOf(fn.child.pid ?? 0).now), 100);
  return {
    fn,
    async heap() {
      const from = fn.stderr().length;
      fn.child.kill('SIGUSR2');
      const bytes = await until('the heap', () => /^heap (\d+)\n/m.exec(fn.stderr().slice(from))?.[1]);
      return Number(bytes) / 1024 / 1024;
    },
    fifths() {
      const part = Math.ceil(seen.length / 5);
      return Array.from({ length: 5 }, (_, number) => Math.max(...seen.slice(number * part, (number + 1) * part)));
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await fn.stop();
    },
  };
}

/** How many MiB more of the heap may be in use in the end than after the first part of the work. */
const MOST_GROWTH = 5;

/** What is wrong with the heap, as a list of nothing where it stayed flat. */
export function growth(early: number, late: number): string[] {
  if (late <= early + MOST_GROWTH) return [];
  return [`the heap grew from ${early.toFixed(1)} to ${late.toFixed(1)} MiB`];
}
