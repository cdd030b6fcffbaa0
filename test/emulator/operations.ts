import { operationId, timestamp } from './identifiers.ts';
import { type Cancels, type Operation, type OperationResource, resourceOf, scheduleEnd } from './operation.ts';
import type { OperationStart } from './schema.ts';

/** All operations of an emulator. Times are ms since 1970, names are full resource names. */
export type OperationStore = {
  /** Starts an operation and returns it; throws where its name is taken. */
  start(start: OperationStart): Operation;
  find(name: string): Operation | undefined;
  /** Up to `size` operations of `parent` that came after the sequence number `after`, and whether there are more. */
  page(parent: string, after: number, size: number): { operations: readonly Operation[]; more: boolean };
  /** Forgets the operation and says whether it was known. */
  remove(name: string): boolean;
  all(): Iterable<Operation>;
  clear(): void;
};

/** What a test may know of an operation and a client may not: the whole truth. */
export type OperationState = {
  /** What Datastream answers to a `get` at this moment. */
  readonly resource: OperationResource;
  readonly done: boolean;
  readonly requestedCancellation: boolean;
  readonly cancels: Readonly<{ [K in keyof Cancels]: readonly number[] }>;
};

export type StoreDefaults = { readonly project: string; readonly location: string };

const cancelsAtOnce = { kind: 'cancels' } as const;

/** The operations of one parent in the order of their sequence numbers, and strings that all of them share. */
type Siblings = { readonly parent: string; readonly defaultTarget: string; readonly operations: Operation[] };

/** An empty store. `now` gives ms since 1970. */
export function createOperationStore(defaults: StoreDefaults, now: () => number): OperationStore {
  const byName = new Map<string, Operation>();
  const byParent = new Map<string, Siblings>();
  let sequence = 0;

  function siblingsIn(project: string, location: string): Siblings {
    const parent = `projects/${project}/locations/${location}`;
    const known = byParent.get(parent);
    if (known !== undefined) return known;
    const siblings = { parent, defaultTarget: `${parent}/streams/orders`, operations: [] };
    byParent.set(parent, siblings);
    return siblings;
  }

  function start(wanted: OperationStart): Operation {
    const startTime = now();
    const siblings = siblingsIn(wanted.project ?? defaults.project, wanted.location ?? defaults.location);
    const name = `${siblings.parent}/operations/${wanted.id ?? operationId(startTime)}`;
    if (byName.has(name)) throw new Error(`An operation of this name was started before: ${name}`);
    sequence += 1;
    const operation: Operation = {
      name,
      parent: siblings.parent,
      sequence,
      verb: wanted.verb ?? 'create',
      target: wanted.target ?? siblings.defaultTarget,
      createTime: wanted.createTime ?? timestamp(startTime, sequence),
      statusMessage: wanted.statusMessage,
      onCancel: wanted.onCancel ?? cancelsAtOnce,
      end: undefined,
      requestedCancellation: wanted.requestedCancellation ?? false,
      cancels: undefined,
    };
    if (wanted.endsByItself !== undefined) scheduleEnd(operation, wanted.endsByItself, startTime);
    byName.set(name, operation);
    siblings.operations.push(operation);
    return operation;
  }

  function page(parent: string, after: number, size: number): { operations: readonly Operation[]; more: boolean } {
    const operations = byParent.get(parent)?.operations ?? [];
    const from = firstAfter(operations, after);
    return { operations: operations.slice(from, from + size), more: from + size < operations.length };
  }

  function remove(name: string): boolean {
    const operation = byName.get(name);
    if (operation === undefined) return false;
    byName.delete(name);
    const operations = byParent.get(operation.parent)?.operations ?? [];
    operations.splice(firstAfter(operations, operation.sequence - 1), 1);
    return true;
  }

  function clear(): void {
    byName.clear();
    byParent.clear();
  }

  return { start, find: (name) => byName.get(name), page, remove, all: () => byName.values(), clear };
}

/** Binary search: where in `operations`, which are in order of their sequence numbers, those after `sequence` begin. */
function firstAfter(operations: readonly Operation[], sequence: number): number {
  let low = 0;
  let high = operations.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((operations[middle]?.sequence ?? Number.POSITIVE_INFINITY) > sequence) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The whole truth about an operation at `now` (ms since 1970); a copy that does not change later. */
export function stateOf(operation: Operation, now: number): OperationState {
  const resource = resourceOf(operation, now);
  const { arrived = [], applied = [], refused = [] } = operation.cancels ?? {};
  return {
    resource,
    done: resource.done,
    requestedCancellation: resource.metadata.requestedCancellation,
    cancels: { arrived: [...arrived], applied: [...applied], refused: [...refused] },
  };
}

/** The operation's record of cancels, made at the first one. */
export function cancelsOf(operation: Operation): Cancels {
  operation.cancels ??= { arrived: [], applied: [], refused: [] };
  return operation.cancels;
}
