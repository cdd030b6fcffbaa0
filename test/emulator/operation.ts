import { type RpcCode, rpcNumber } from './errors.ts';
import { timestamp } from './identifiers.ts';
import type { Ending, OnCancel } from './schema.ts';

/** An operation as the store keeps it. What it looks like at a moment follows from the times in it: nothing ticks. */
export type Operation = {
  readonly name: string;
  readonly parent: string;
  /** Grows with every operation of the store; lists are in this order. */
  readonly sequence: number;
  readonly verb: string;
  readonly target: string;
  readonly createTime: string;
  readonly statusMessage: string | undefined;
  readonly onCancel: OnCancel;
  end: End | undefined;
  requestedCancellation: boolean;
  /** Undefined until the first cancel, since most of fifty thousand operations never see one. */
  cancels: Cancels | undefined;
};

/** How and when (ms since 1970) an operation ends, which may lie ahead. */
type End = { readonly at: number; readonly ending: Ending };

/** When cancels of one operation arrived at the server, were accepted and were refused: ms since 1970 each. */
export type Cancels = { readonly arrived: number[]; readonly applied: number[]; readonly refused: number[] };

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
  };
  readonly done: boolean;
  readonly error?: { readonly code: number; readonly message: string };
  readonly response?: Readonly<Record<string, unknown>>;
};

/** Puts `ending` into the operation's future, counted from `now`. Of two endings the earlier one comes true. */
export function scheduleEnd(operation: Operation, ending: Ending, now: number): void {
  const at = now + (ending.afterMs ?? 0);
  if (operation.end === undefined || at < operation.end.at) operation.end = { at, ending };
}

/** How the operation ended, or undefined while it runs at `now` (ms since 1970). */
export function endOf(operation: Operation, now: number): End | undefined {
  return operation.end !== undefined && operation.end.at <= now ? operation.end : undefined;
}

/** The operation as Datastream shows it at `now` (ms since 1970). */
export function resourceOf(operation: Operation, now: number): OperationResource {
  const end = endOf(operation, now);
  return {
    name: operation.name,
    metadata: {
      '@type': 'type.googleapis.com/google.cloud.datastream.v1.OperationMetadata',
      createTime: operation.createTime,
      ...(end === undefined ? {} : { endTime: timestamp(end.at, operation.sequence) }),
      target: operation.target,
      verb: operation.verb,
      ...(operation.statusMessage === undefined ? {} : { statusMessage: operation.statusMessage }),
      requestedCancellation: operation.requestedCancellation || end?.ending.kind === 'cancels',
      apiVersion: 'v1',
    },
    done: end !== undefined,
    ...(end === undefined ? {} : resultOf(operation, end.ending)),
  };
}

function resultOf(operation: Operation, ending: Ending): Pick<OperationResource, 'error' | 'response'> {
  switch (ending.kind) {
    case 'cancels':
      return { error: status('CANCELLED', ending.message ?? 'The operation was cancelled.') };
    case 'fails':
      return { error: status(ending.code, ending.message ?? `The operation failed with ${ending.code}.`) };
    case 'completes':
      return { response: ending.response ?? defaultResponse(operation) };
  }
}

function status(code: RpcCode, message: string): { code: number; message: string } {
  return { code: rpcNumber(code), message };
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
