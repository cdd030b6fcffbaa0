import type { IncomingHttpHeaders, IncomingMessage, RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { type Answer, errorAnswer } from './errors.ts';
import { answer, type Faults } from './faults.ts';
import { invalidArgument } from './google-errors.ts';
import { type Fault, ofMetadataServer, type RequestKind } from './schema.ts';

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

function noRequests(): Record<RequestKind, number> {
  const datastream = { get: 0, list: 0, cancel: 0, delete: 0, start: 0, listLocations: 0, getLocation: 0, other: 0 };
  return { ...datastream, token: 0, metadata: 0, certs: 0 };
}

/** One part of the emulator, such as Datastream: says what a request is about and how to answer it, before anything is done. */
export type Surface = (request: IncomingMessage, path: string, query: string) => Accepted;

export type Accepted = {
  readonly kind: RequestKind;
  readonly name: string | null;
  /** Called once the request has arrived whole, whatever happens to it afterwards. */
  readonly arrived?: () => void;
  /** Does what was asked; `body` is the text that was sent, `fault` what is to go wrong with the answer's content. */
  readonly apply: (body: string, fault: Fault | undefined) => Answer;
};

export type ListenerParts = {
  /** The surface that a path belongs to, and whether faults, latency, log and counters leave it alone. */
  readonly surfaceOf: (path: string) => { readonly surface: Surface; readonly exempt: boolean };
  readonly faults: Faults;
  /** Told of every request once its head has arrived. */
  readonly received: (request: ReceivedRequest, socket: Socket) => void;
  readonly latencyMs: () => number;
  readonly now: () => number;
  readonly later: (ms: number, then: () => void) => void;
};

/** The most that a request's body may have, in bytes: plenty for what starts an operation. */
const maxBodyBytes = 1_048_576;

/** What the HTTP server calls for each request: receive, log, choose a fault, serve. */
export function createListener({ surfaceOf, faults, received, latencyMs, now, later }: ListenerParts): RequestListener {
  return (request, response) => {
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const { surface, exempt } = surfaceOf(path);
    const accepted = surface(request, path, mark < 0 ? '' : url.slice(mark + 1));
    const record = recordOf(request, url, accepted, now());
    if (!exempt) received(record, request.socket);
    receive(request, (body) => {
      record.body = body ?? '';
      accepted.arrived?.();
      const fault = exempt ? undefined : faults.pick(record);
      record.fault = fault ?? null;
      const apply = (): Answer => {
        record.applied = true;
        return body === undefined ? tooLarge() : accepted.apply(body, fault);
      };
      later(exempt ? 0 : latencyMs(), () => answer({ record, response, apply, later }, fault));
    });
    // A client that timed out leaves in the middle of an answer: that is its business.
    response.on('error', () => undefined);
  };
}

function recordOf(request: IncomingMessage, url: string, { kind, name }: Accepted, receiveTime: number): RequestRecord {
  const { method = '', headers } = request;
  return { kind, name, method, path: url, headers, body: '', receiveTime, fault: null, applied: false, status: null };
}

/** Calls `then` with the body's text once it has arrived, or with undefined where it is too large to be kept. */
function receive(request: IncomingMessage, then: (body: string | undefined) => void): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (encoding === undefined && (length === undefined || length === '0')) {
    then('');
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBodyBytes) chunks.push(chunk);
  });
  request.on('end', () => then(size > maxBodyBytes ? undefined : Buffer.concat(chunks).toString()));
  // A client that gives up while it sends has asked for nothing.
  request.on('error', () => undefined);
}

function tooLarge(): Answer {
  return errorAnswer(invalidArgument(`Request payload size exceeds the limit: ${maxBodyBytes} bytes.`));
}
