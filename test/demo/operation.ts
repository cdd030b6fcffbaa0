import type { Emulator } from '../emulator/emulator.ts';

/** The truth about an operation in a word. */
export type State = 'running' | 'cancelled' | 'completed' | 'failed';

/** An operation as the emulator has it, whatever a record says. */
export type Sight = {
  readonly verb: string;
  /** The last two segments of the target, such as `streams/orders`. */
  readonly target: string;
  /** Since it was created. */
  readonly ageInMinutes: number;
  readonly state: State;
  /** How many `:cancel` requests arrived at Datastream. */
  readonly cancels: number;
};

/** google.rpc.Code of an operation that was cancelled. */
const CANCELLED = 1;

/** Looks at an operation. Throws where there is none of this name. */
export function lookAt(emulator: Emulator, name: string): Sight {
  const operation = emulator.operation(name);
  if (operation === undefined) throw new Error(`The emulator has no operation ${name}.`);
  const { resource, cancels } = operation;
  const { verb, target, createTime } = resource.metadata;
  return {
    verb,
    target: target.split('/').slice(-2).join('/'),
    ageInMinutes: Math.round((Date.now() - Date.parse(createTime)) / 60_000),
    state: stateOf(resource),
    cancels: cancels.arrived.length,
  };
}

function stateOf({ done, error }: { readonly done: boolean; readonly error?: { readonly code: number } }): State {
  if (!done) return 'running';
  if (error === undefined) return 'completed';
  return error.code === CANCELLED ? 'cancelled' : 'failed';
}

/** The createTime of an operation that was started so many minutes ago. */
export function createdMinutesAgo(minutes: number): string {
  return new Date(Date.now() - minutes * 60_000).toISOString();
}
