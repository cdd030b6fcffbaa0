import { randomUUID } from 'node:crypto';
import { rpcNumber } from './errors.ts';
import type { Ending, OnCancel, OperationStart } from './schema.ts';

/** An operation as the store keeps it. What it looks like at a moment follows from the times in it: nothing ticks. */
export type Operation = Pick<OperationStart, 'statusMessage' | 'validationResult'> & {
  readonly name: string;
  readonly parent: string;
  /** Grows with every operation of the store; lists are in this order. */
  readonly sequence: number;
  readonly verb: string;
  readonly target: string;
  readonly createTime: string;
  readonly onCancel: OnCancel;
  end: End | undefined;
  requestedCancellation: boolean;
  /** Undefined until the first cancel, since most of fifty thousand operations never see one. */
  cancels: Cancels | undefined;
};

/** How and when (ms since 1970) an operation ends, which may lie ahead. */
type End = { readonly at: number; readonly ending: Ending };

/** When cancels of one operation arrived at the server, were accepted and were refused: ms since 1970 each. */
type Cancels = { readonly arrived: number[]; readonly applied: number[]; readonly refused: number[] };

/** google.longrunning.Operation in JSON, with Datastream's OperationMetadata. */
export type OperationResource = {
  readonly name: string;
  readonly metadata: {
    readonly '@type': string;
    readonly createTime: string;
    readonly endTime?: string;
    readonly target: string;
    readonly verb: string;
    readonly statusMessage?: string;
    readonly requestedCancellation: boolean;
    readonly apiVersion: string;
    readonly validationResult?: Readonly<Record<string, unknown>>;
  };
  readonly done: boolean;
  readonly error?: { readonly code: number; readonly message: string; readonly details?: readonly unknown[] };
  readonly response?: Readonly<Record<string, unknown>>;
};

/** The same as it is sent: an operation may be told to end with an error that lacks things. */
type SentOperation = Omit<OperationResource, 'error'> & { readonly error?: Partial<OperationResource['error']> };

/** What a test may know of an operation and a client may not: the whole truth. */
export type OperationState = {
  /** What Datastream answers to a `get` at this moment; what an error lacks has proto3's default. */
  readonly resource: OperationResource;
  readonly done: boolean;
  readonly requestedCancellation: boolean;
  readonly cancels: Readonly<{ [K in keyof Cancels]: readonly number[] }>;
};

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
  /** Where operations have been started, `projects/{project}/locations/{location}` each. */
  parents(): Iterable<string>;
  clear(): void;
};

const cancelsAtOnce = { kind: 'cancels' } as const;

/** The operations of one parent in the order of their sequence numbers, and strings that all of them share. */
type Siblings = { readonly parent: string; readonly defaultTarget: string; readonly operations: Operation[] };

/** An empty store; `defaults` is where an operation is that does not say. `now` gives ms since 1970. */
export function createOperationStore(
  defaults: { readonly projectId: string; readonly location: string },
  now: () => number,
): OperationStore {
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
    const siblings = siblingsIn(wanted.project ?? defaults.projectId, wanted.location ?? defaults.location);
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
      validationResult: wanted.validationResult,
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

  return {
    start,
    find: (name) => byName.get(name),
    page,
    remove,
    all: () => byName.values(),
    parents: () => byParent.keys(),
    clear,
  };
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

/** An operation id of the form that Datastream gives: `operation-<ms>-<13 hex>-<8 hex>-<8 hex>`. `now` is in ms since 1970. */
function operationId(now: number): string {
  const hex = randomUUID().replaceAll('-', '');
  return `operation-${now}-${hex.slice(0, 13)}-${hex.slice(13, 21)}-${hex.slice(21, 29)}`;
}

/** Google's timestamps have nine fractional digits. The clock gives three (`ms` since 1970); `salt` makes up the rest. */
function timestamp(ms: number, salt: number): string {
  const nanoseconds = String((salt * 7919 + 3653) % 1_000_000).padStart(6, '0');
  return `${new Date(ms).toISOString().slice(0, -1)}${nanoseconds}Z`;
}

/** Puts `ending` into the operation's future, counted from `now`. Of two endings the earlier one comes true. */
export function scheduleEnd(operation: Operation, ending: Ending, now: number): void {
  const at = now + (ending.afterMs ?? 0);
  if (operation.end === undefined || at < operation.end.at) operation.end = { at, ending };
}

/** How the operation ended, or undefined while it runs at `now` (ms since 1970). */
export function endOf(operation: Operation, now: number): End | undefined {
  return operation.end !== undefined && operation.end.at <= now ? operation.end : undefined;
}

/** The operation's record of cancels, made at the first one. */
export function cancelsOf(operation: Operation): Cancels {
  operation.cancels ??= { arrived: [], applied: [], refused: [] };
  return operation.cancels;
}

/** The whole truth about an operation at `now` (ms since 1970); a copy that does not change later. */
export function stateOf(operation: Operation, now: number): OperationState {
  const { error, ...sent } = resourceOf(operation, now);
  const resource = { ...sent, ...(error && { error: { code: 0, message: '', ...error } }) };
  const { arrived = [], applied = [], refused = [] } = operation.cancels ?? {};
  return {
    resource,
    done: resource.done,
    requestedCancellation: resource.metadata.requestedCancellation,
    cancels: { arrived: [...arrived], applied: [...applied], refused: [...refused] },
  };
}

/** The operation as Datastream shows it at `now` (ms since 1970). */
export function resourceOf(operation: Operation, now: number): SentOperation {
  const end = endOf(operation, now);
  const { name, createTime, target, verb, statusMessage } = operation;
  const validationResult = end?.ending.validationResult ?? operation.validationResult;
  return {
    name,
    metadata: {
      '@type': 'type.googleapis.com/google.cloud.datastream.v1.OperationMetadata',
      createTime,
      ...(end && { endTime: timestamp(end.at, operation.sequence) }),
      target,
      verb,
      ...(statusMessage !== undefined && { statusMessage }),
      requestedCancellation: operation.requestedCancellation || end?.ending.kind === 'cancels',
      apiVersion: 'v1',
      ...(validationResult && { validationResult }),
    },
    done: end !== undefined,
    ...(end && resultOf(operation, end.ending)),
  };
}

function resultOf(operation: Operation, ending: Ending): Pick<SentOperation, 'error' | 'response'> {
  switch (ending.kind) {
    case 'cancels':
      return { error: { code: rpcNumber('CANCELLED'), message: ending.message ?? 'The operation was cancelled.' } };
    case 'fails': {
      const { code, message = `The operation failed with ${code}.`, details } = ending;
      return { error: { code: rpcNumber(code), message, ...(details && { details }) } };
    }
    case 'endsWith': {
      const { code, message, details } = ending.error;
      const error = { ...(code !== undefined && { code }), ...(message !== undefined && { message }) };
      return { error: { ...error, ...(details && { details }) } };
    }
    case 'completes': {
      const { response = defaultResponse(operation), responseBytes = 0 } = ending;
      return { response: responseBytes > 0 ? { ...response, displayName: 'x'.repeat(responseBytes) } : response };
    }
  }
}

const messageTypes: ReadonlyMap<string, string> = new Map([
  ['streams', 'Stream'],
  ['connectionProfiles', 'ConnectionProfile'],
  ['privateConnections', 'PrivateConnection'],
  ['routes', 'Route'],
]);

/** What Datastream's methods declare as their response: the resource, or nothing where it was deleted. */
function defaultResponse({ target, verb }: Operation): Readonly<Record<string, unknown>> {
  const type = messageTypes.get(target.split('/').at(-2) ?? '');
  return verb === 'delete' || type === undefined
    ? { '@type': 'type.googleapis.com/google.protobuf.Empty' }
    : { '@type': `type.googleapis.com/google.cloud.datastream.v1.${type}`, name: target };
}
