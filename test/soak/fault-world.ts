import { systemClock } from '../../src/terms/clock.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import type { ReceivedRequest } from '../emulator/requests.ts';
import type { Fault } from '../emulator/schema.ts';
import { type FunctionUnderTest, startFunction } from '../support/function.ts';
import { chance, seedOf } from './chance.ts';
import { drawMishap } from './fault-mix.ts';
import { type WatchedLog, watchedLog } from './watched-log.ts';

/** A function, what it logs, and its `REQUEST_DEADLINE` in ms. */
type Watched = { fn: FunctionUnderTest; log: WatchedLog; deadline: number };

/** Functions before an emulator whose requests meet random faults. */
export type World = {
  seed: number;
  emulator: Emulator;
  functions: readonly Watched[];
  /** The requests about each operation or parent of the requests that are under way. */
  seen: Map<string, ReceivedRequest[]>;
  /** How likely a fault is, by parent. */
  storms: Map<string, number>;
  mishaps: Record<string, number>;
  failures: string[];
};

/** Starts an emulator and a function for each `REQUEST_DEADLINE`, which is in ms. */
export async function startWorld(seed: number, deadlines: readonly number[]): Promise<World> {
  const logs = deadlines.map(watchedLog);
  const seen: World['seen'] = new Map();
  const storms: World['storms'] = new Map();
  const failures: string[] = [];
  const mishaps: World['mishaps'] = {};
  const metadataChance = chance(seed, seedOf('metadata'));

  function onRequest(request: ReceivedRequest): Fault | undefined {
    const { kind, name } = request;
    if (name === null) {
      // Once they are learned, identity and token serve many.
      return metadataChance.happens(kind === 'token' ? 0.1 : 0.2) ? mishap('metadata', metadataChance) : undefined;
    }
    const requests = seen.get(name) ?? [];
    seen.set(name, requests);
    requests.push(request);
    if (kind === 'cancel' && !hasIntent(request)) failures.push(`${name}: a cancel without an INTENT before it`);
    const own = chance(seed, seedOf(`${name} ${requests.length}`));
    const [parent = ''] = name.split('/operations/');
    if (!own.happens(storms.get(parent) ?? 0)) return undefined;
    return mishap(kind === 'cancel' ? 'cancel' : 'read', own);
  }

  function mishap(of: Parameters<typeof drawMishap>[0], own: ReturnType<typeof chance>): Fault | undefined {
    const drawn = drawMishap(of, own);
    const title = of === 'metadata' ? `metadata: ${drawn.kind}` : drawn.kind;
    mishaps[title] = (mishaps[title] ?? 0) + 1;
    if (drawn.kind !== 'tokensExpire') return drawn;
    emulator.expireTokens();
    return undefined;
  }

  /** The cancel carries the auditId of its record, and so leads to the entry. */
  function hasIntent({ name, headers }: ReceivedRequest): boolean {
    const auditId = String(headers['x-goog-request-reason']).slice(0, 36);
    return logs.some(({ intended }) => intended.get(auditId) === name);
  }

  const emulator = await startEmulator({ onRequest, logLimit: 0 });
  const functions: Watched[] = [];
  for (const [index, log] of logs.entries()) {
    const deadline = deadlines[index] ?? 0;
    const env = { ...emulator.environment, REQUEST_DEADLINE: `${deadline / 1000}s`, DEFAULT_WAIT: '0.5s' };
    const fn = await startFunction(env, { clock: hastyClock, stdout: log.stdout });
    functions.push({ fn, log, deadline });
  }
  return { seed, emulator, functions, seen, storms, mishaps, failures };
}

/** Pauses take a tenth of their time, so that there are many in a short deadline; that itself is not touched. */
const hastyClock = { ...systemClock, sleep: (ms: number) => systemClock.sleep(Math.max(ms / 10, Math.min(ms, 40))) };
