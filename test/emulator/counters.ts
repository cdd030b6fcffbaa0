import type { Socket } from 'node:net';
import type { RequestKind } from './schema.ts';

/** What was received since the start or the last reset. */
export type RequestCounts = {
  /** Requests by kind, the refused and the faulty ones included. */
  readonly requests: Readonly<Record<RequestKind, number>>;
  /** TCP connections that carried at least one request to Datastream, or to the metadata server. */
  readonly connections: { readonly datastream: number; readonly metadata: number };
};

export type Counters = {
  count(kind: RequestKind, socket: Socket): void;
  read(): RequestCounts;
  clear(): void;
};

/** Counters at zero. A connection is counted once, even if counters are cleared while it stays open. */
export function createCounters(): Counters {
  const sockets = { datastream: new WeakSet<Socket>(), metadata: new WeakSet<Socket>() };
  let requests = noRequests();
  let connections = { datastream: 0, metadata: 0 };
  return {
    count(kind, socket) {
      requests[kind] += 1;
      const side = kind === 'token' || kind === 'metadata' ? 'metadata' : 'datastream';
      if (sockets[side].has(socket)) return;
      sockets[side].add(socket);
      connections[side] += 1;
    },
    read: () => ({ requests: { ...requests }, connections: { ...connections } }),
    clear() {
      requests = noRequests();
      connections = { datastream: 0, metadata: 0 };
    },
  };
}

function noRequests(): Record<RequestKind, number> {
  return { get: 0, list: 0, cancel: 0, delete: 0, start: 0, locations: 0, other: 0, token: 0, metadata: 0, certs: 0 };
}
