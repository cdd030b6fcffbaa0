import { startEmulator } from '../emulator/emulator.ts';
import { eachOf } from './each-of.ts';
import { readLog } from './log-reader.ts';
import { growth, spawnWatched } from './memory.ts';
import { post } from './post.ts';

export type ParallelOptions = { parallel: number; seconds: number };

export type ParallelFigures = {
  requests: number;
  perSecond: number;
  /** Milliseconds that half, 99 of 100 and all answers took at most. */
  p50: number;
  p99: number;
  slowest: number;
  /** What is in use of the function's heap after a tenth of the time and in the end, in MiB. */
  heap: readonly [number, number];
  /** The most resident memory of the function in each fifth of the time, in MiB. */
  memory: readonly number[];
  failures: string[];
};

/** Milliseconds that Datastream takes for each answer. */
const LATENCY = 50;

/** Keeps so many cancellations under way at all times, each of an operation of its own. */
export async function parallel({ parallel, seconds }: ParallelOptions): Promise<ParallelFigures> {
  await using emulator = await startEmulator({ latencyMs: LATENCY, logLimit: 0 });
  await using watched = await spawnWatched(emulator.environment);
  const { fn, heap, fifths } = watched;
  const log = readLog();
  log.read(fn.child);
  const times: number[] = [];
  const failures: string[] = [];
  const cancelOne = async (number: number) => {
    const name = emulator.startOperation();
    const begun = performance.now();
    const { http, record } = await post(fn.url, { name }, 'WEBHOOK', number);
    times.push(performance.now() - begun);
    const cancels = emulator.operation(name)?.cancels.applied.length;
    if (http === 200 && record.outcome === 'CANCELLED' && cancels === 1) return;
    failures.push(`HTTP ${http}, ${record.outcome}, ${cancels} cancels: ${name}`);
  };
  await eachOf(numbersFor(seconds * 0.1), parallel, cancelOne);
  const early = await heap();
  await eachOf(numbersFor(seconds * 0.9), parallel, cancelOne);
  const late = await heap();
  const sorted = times.toSorted((one, other) => one - other);
  const quantile = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
  return {
    requests: times.length,
    perSecond: times.length / seconds,
    p50: quantile(0.5),
    p99: quantile(0.99),
    slowest: quantile(1),
    heap: [early, late],
    memory: fifths(),
    failures: [
      ...failures,
      ...growth(early, late),
      ...(log.results.size === times.length ? [] : ['the RESULT entries are not as many']),
    ],
  };
}

/** Whole numbers, for so many seconds. */
function* numbersFor(seconds: number): Generator<number> {
  const end = performance.now() + seconds * 1000;
  for (let number = 0; performance.now() < end; number += 1) yield number;
}
