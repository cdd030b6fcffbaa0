import type { Contender } from './contenders.ts';
import { type FunctionProcess, startFunction } from './function-process.ts';
import { load, nextCommand, post } from './load.ts';
import { quietMoment } from './quiet.ts';
import type { Level, Measured } from './results.ts';
import type { StandIn } from './stand-in.ts';
import { quantile } from './stats.ts';

/** How much is measured. */
export type Plan = {
  startRounds: number;
  loadRounds: number;
  /** Cancellations before the peak of memory is read, 20 in parallel; they warm the function up as well. */
  memory: number;
  loads: readonly { latency: number; parallel: number; count: number }[];
};

const BAD_REQUEST = JSON.stringify({ name: 'not the name of an operation' });

/** Measures all contenders round by round, each in its turn, so that a machine that slows down slows all of them. */
export async function measure(
  contenders: readonly Contender[],
  google: StandIn,
  plan: Plan,
  progress: (text: string) => void,
): Promise<Measured[]> {
  const entries = contenders.map((contender) => ({ contender, measured: emptyFor(contender, plan) }));
  for (let round = 0; round <= plan.startRounds; round += 1) {
    progress(`start, round ${round} of ${plan.startRounds}`);
    for (const { contender, measured } of inTurn(entries, round)) {
      const badRequest = await timeStart(contender, google, BAD_REQUEST);
      const cancellation = await timeStart(contender, google, nextCommand());
      if (round === 0) continue; // Files come from the disk and the stand-in is cold: this round warms both up.
      measured.badRequest.push(badRequest);
      measured.cancellation.push(cancellation);
    }
  }
  for (let round = 1; round <= plan.loadRounds; round += 1) {
    for (const { contender, measured } of inTurn(entries, round)) {
      progress(`load, round ${round} of ${plan.loadRounds}: ${contender.label}`);
      await measureLoads(contender, google, plan, measured);
    }
  }
  return entries.map(({ measured }) => measured);
}

function emptyFor(contender: Contender, plan: Plan): Measured {
  const levels = plan.loads.map(({ latency, parallel }) => ({
    latency,
    parallel,
    cpu: [],
    p50: [],
    p99: [],
    throughput: [],
  }));
  return { id: contender.id, badRequest: [], cancellation: [], peakMemory: [], levels };
}

/** Every second round goes backwards, so that nobody always comes after the same neighbor. */
function inTurn<T>(entries: readonly T[], round: number): readonly T[] {
  return round % 2 === 0 ? entries : entries.toReversed();
}

async function timeStart(contender: Contender, google: StandIn, body: string): Promise<number> {
  await quietMoment();
  const running = await startFunction(contender, google.port, false);
  try {
    await post(running.port, body, running.socket);
    return performance.now() - running.spawnTime;
  } finally {
    await running.stop();
  }
}

async function measureLoads(contender: Contender, google: StandIn, plan: Plan, measured: Measured): Promise<void> {
  const running = await startFunction(contender, google.port, true);
  running.socket.destroy();
  try {
    await google.setLatency(0);
    await load(running.port, 20, plan.memory);
    measured.peakMemory.push((await running.usage()).peakMemory);
    for (const { latency, parallel, count } of plan.loads) {
      const level = measured.levels.find((each) => each.latency === latency && each.parallel === parallel);
      if (level === undefined) continue;
      await google.setLatency(latency);
      await measureLoad(running, google, count, level, contender.id === 'hello' ? 0 : 1);
    }
  } finally {
    await running.stop();
  }
}

async function measureLoad(
  running: FunctionProcess,
  google: StandIn,
  count: number,
  level: Level,
  cancelsEach: number,
): Promise<void> {
  await quietMoment();
  const [before, callsBefore] = [await running.usage(), await google.calls()];
  const { times, total } = await load(running.port, level.parallel, count);
  const [after, calls] = [await running.usage(), await google.calls()];
  const [gets, cancels] = [calls.get - callsBefore.get, calls.cancel - callsBefore.cancel];
  if (cancels !== count * cancelsEach || gets !== 2 * cancels) {
    throw new Error(`${count} commands made ${gets} reads and ${cancels} cancels: this is not the same job.`);
  }
  level.cpu.push((after.cpu - before.cpu) / count);
  level.p50.push(quantile(times, 0.5));
  level.p99.push(quantile(times, 0.99));
  level.throughput.push((count / total) * 1000);
}
