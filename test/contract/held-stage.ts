import type { Outside } from '../../src/assemble.ts';
import type { EmulatorOptions } from '../emulator/options.ts';
import { type HeldClock, heldClock } from '../support/clock.ts';
import { type Entry, entryOf } from '../support/entry.ts';
import { type Recorded, type Stage, startStage } from './stage.ts';

/** An answer with what was logged between the request and it. */
export type Acted = Recorded & { readonly entries: readonly Entry[] };

/** A stage with function and emulator on one clock that makes every pause pass in no time. */
export type HeldStage = Stage & {
  readonly clock: HeldClock;
  /** Posts a command, text as it is and all else as JSON. Only one at a time. */
  readonly act: (command: unknown, headers?: Record<string, string>) => Promise<Acted>;
  /** The API's requests so far, such as `GET`, `cancel` and `GET`. */
  readonly calls: () => string[];
  /** Back to how it started, except for the clock, which goes on. */
  readonly reset: () => void;
};

/** What a held stage may be told; the clock has no jitter unless one is given that has. */
export type HeldOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly outside?: Outside;
  readonly emulator?: EmulatorOptions;
  readonly clock?: HeldClock;
};

/** Starts a stage whose pauses take no time. The wait is the function's own default of 10s. */
export async function startHeldStage(options: HeldOptions = {}): Promise<HeldStage> {
  const clock = options.clock ?? heldClock();
  const stage = await startStage(
    { DEFAULT_WAIT: '10s', ...options.env },
    { clock, ...options.outside },
    // Far longer than all pauses of a test file together.
    { now: clock.now, tokenLifetimeSeconds: 1_000_000, ...options.emulator },
  );
  const { emulator, lines } = stage;
  return {
    ...stage,
    clock,
    async act(command, headers = {}) {
      const from = lines.length;
      const body = typeof command === 'string' ? command : JSON.stringify(command);
      const answer = await stage.post({ body, headers: { 'content-type': 'application/json', ...headers } });
      return { ...answer, entries: lines.slice(from).map(entryOf) };
    },
    calls: () => emulator.requests.filter(({ path }) => path.startsWith('/v1/')).map(({ kind }) => kind),
    reset() {
      emulator.reset();
      lines.length = 0;
      clock.sleeps.length = 0;
    },
  };
}
