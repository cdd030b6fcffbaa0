import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { Fault, RequestKind } from './schema.ts';

/** A request as the emulator received it, and what became of it. */
export type ReceivedRequest = {
  readonly kind: RequestKind;
  /** The operation, parent or resource that it is about; null on the metadata server and for unknown paths. */
  readonly name: string | null;
  readonly method: string;
  /** Path and query as sent. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** ms since 1970. */
  readonly receiveTime: number;
  readonly fault: Fault | null;
  /** Whether Datastream or the metadata server did what was asked, or refused it, whatever the client got to see of that. */
  readonly applied: boolean;
  /** The HTTP status that was sent, or null where none was (yet). */
  readonly status: number | null;
};

/** The same while it is being served. */
export type RequestRecord = { -readonly [K in keyof ReceivedRequest]: ReceivedRequest[K] };

/** What was received since the start or the last reset. */
export type RequestCounts = {
  /** Requests by kind, the refused and the faulty ones included. */
  readonly requests: Readonly<Record<RequestKind, number>>;
  /** TCP connections that carried at least one request to Datastream, or to the metadata server. */
  readonly connections: { readonly datastream: number; readonly metadata: number };
};

/** The last requests that were received, oldest first: at least the last `limit`, at most twice as many; and counts of all. */
export type RequestLog = {
  readonly requests: readonly ReceivedRequest[];
  counts(): RequestCounts;
  add(request: ReceivedRequest, socket: Socket): void;
  clear(): void;
};

/** An empty log, which holds none where `limit` is 0. A connection is counted once, even if the log is cleared meanwhile. */
export function createRequestLog(limit: number): RequestLog {
  const requests: ReceivedRequest[] = [];
  const sockets = { datastream: new WeakSet<Socket>(), metadata: new WeakSet<Socket>() };
  let kinds = noRequests();
  let connections = { datastream: 0, metadata: 0 };
  return {
    requests,
    counts: () => ({ requests: { ...kinds }, connections: { ...connections } }),
    add(request, socket) {
      kinds[request.kind] += 1;
      const side = ofMetadataServer(request.kind) ? 'metadata' : 'datastream';
      if (!sockets[side].has(socket)) connections[side] += 1;
      sockets[side].add(socket);
      if (limit === 0) return;
      requests.push(request);
      if (requests.length > 2 * limit) requests.splice(0, requests.length - limit);
    },
    clear() {
      requests.length = 0;
      kinds = noRequests();
      connections = { datastream: 0, metadata: 0 };
    },
  };
}

export function ofMetadataServer(kind: RequestKind): boolean {
  return kind === 'token' || kind === 'metadata';
}

function noRequests(): Record<RequestKind, number> {
  const datastream = { get: 0, list: 0, cancel: 0, delete: 0, start: 0, listLocations: 0, getLocation: 0, other: 0 };
  return { ...datastream, token: 0, metadata: 0, certs: 0 };
}
