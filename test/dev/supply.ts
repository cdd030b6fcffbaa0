import { createdMinutesAgo } from '../demo/operation.ts';
import type { Emulator } from '../emulator/emulator.ts';
import type { OperationStart } from '../emulator/schema.ts';

/** Running operations of one kind, to be cancelled by hand. */
export type Supply = {
  /** The names of those that run, or did when `refill` was last called. */
  readonly names: readonly string[];
  /** Starts another operation in place of each that is done. Brings the ids of the old ones and of the new. */
  readonly refill: () => Refill;
};

export type Refill = { readonly usedUp: readonly string[]; readonly started: readonly string[] };

/** Each takes a moment (ms) to end once it is cancelled, as at Google. */
const CANCEL_TAKES = 200;

/** Starts `count` operations with ids such as `webhook-1`, each as `start` says. */
export function openSupply(emulator: Emulator, kind: string, count: number, start: () => OperationStart): Supply {
  let started = 0;
  const another = (): string => {
    started += 1;
    const onCancel = { kind: 'cancels', afterMs: CANCEL_TAKES } as const;
    return emulator.startOperation({ onCancel, ...start(), id: `${kind}-${started}` });
  };
  let names = Array.from({ length: count }, another);
  return {
    get names() {
      return names;
    },
    refill: () => {
      const isDone = (name: string) => emulator.operation(name)?.done !== false;
      const usedUp = names.filter(isDone);
      const more = usedUp.map(another);
      names = [...names.filter((name) => !usedUp.includes(name)), ...more];
      return { usedUp: usedUp.map(idOf), started: more.map(idOf) };
    },
  };
}

/** What has run for longer than any sweep lets it. */
export function longRunning(location: string): OperationStart {
  return { location, verb: 'create', createTime: createdMinutesAgo(180) };
}

function idOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
