import http from 'node:http';
import type https from 'node:https';
import { collect } from '../terms/bytes.ts';
import { atDeadline, type Deadline } from '../terms/clock.ts';

/** One request over HTTP/1.1. */
export type HttpRequest = {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Given up at the deadline, and after so many milliseconds if that is sooner. */
  deadline: Deadline;
  timeout: number;
  /** Most bytes of the answer that are taken. */
  mostBytes: number;
  body?: string;
  /** Gives it up early. */
  signal?: AbortSignal;
};

/**
 * An answer that arrived whole, or none. `sent` tells whether the request may have reached the other side, `stale` that
 * it went out on a connection that had been idle; a new attempt then has a new connection.
 */
export type HttpResult =
  | { kind: 'answer'; http: number; headers: http.IncomingHttpHeaders; body: string }
  | { kind: 'broken' | 'timeout' | 'too large'; sent: boolean; stale: boolean };

/**
 * How long a connection is kept that nobody uses, in milliseconds. Longer than the longest pause between two calls of one
 * request (15 s, retry.ts), so that watching an operation needs one connection; and no longer, since one that dies in
 * silence meanwhile (NAT, a frozen instance) costs an attempt. The timer also fires when a frozen instance wakes, before
 * the request that woke it is read.
 */
const IDLE_TIMEOUT = 20_000;

const KEEP_ALIVE = { keepAlive: true, timeout: IDLE_TIMEOUT };

const httpAgent = new http.Agent(KEEP_ALIVE);
let httpsAgent: https.Agent | undefined;

/**
 * Makes a request over the protocol of its URL. TLS is loaded with the first one that needs it, so
 * that a refused request does not pay for it.
 */
function open(url: string, options: http.RequestOptions): http.ClientRequest {
  if (!url.startsWith('https:')) return http.request(url, { ...options, agent: httpAgent });
  const tls = process.getBuiltinModule('node:https');
  httpsAgent ??= new tls.Agent(KEEP_ALIVE);
  return tls.request(url, { ...options, agent: httpsAgent });
}

/** Tells `connected` once the request has a connection that stands, so that it may leave. */
function watchConnection(outgoing: http.ClientRequest, url: string, connected: () => void): void {
  outgoing.once('socket', (socket) => {
    if (outgoing.reusedSocket) connected();
    else socket.once(url.startsWith('https:') ? 'secureConnect' : 'connect', connected);
  });
}

/** Ends every idle connection: where one has died in silence the others may have too, and each would cost an attempt. */
function dropIdle(): void {
  for (const agent of [httpAgent, httpsAgent])
    for (const sockets of Object.values(agent?.freeSockets ?? {})) for (const socket of sockets ?? []) socket.destroy();
}

/**
 * Sends one request and reads the whole answer. Connections are kept alive; redirects are not followed, and nothing is
 * tried again. Never rejects. node:http and not fetch, which costs more time and memory a call (npm run bench).
 */
export function send(request: HttpRequest): Promise<HttpResult> {
  const { promise, resolve } = Promise.withResolvers<HttpResult>();
  const { method, url, headers, deadline, timeout, mostBytes, body, signal } = request;
  let outgoing: http.ClientRequest;
  try {
    outgoing = open(url, { method, headers, signal });
  } catch {
    // A header that cannot be sent, such as a token with a line break in it.
    return Promise.resolve({ kind: 'broken', sent: false, stale: false });
  }
  let sent = false;
  watchConnection(outgoing, url, () => {
    sent = true;
  });

  let ended = false;
  const end = (result: HttpResult) => {
    if (ended) return;
    ended = true;
    off();
    resolve(result);
  };
  const fail = (kind: 'broken' | 'timeout' | 'too large') => {
    if (ended) return;
    const stale = outgoing.reusedSocket && kind !== 'too large';
    end({ kind, sent, stale });
    if (stale) dropIdle();
    outgoing.destroy();
  };
  const off = atDeadline(deadline, () => fail('timeout'), timeout);

  outgoing.on('error', () => fail('broken'));
  // The other side wants to speak something else, which nobody asked it to; it may also say so with half of the words.
  outgoing.once('upgrade', (_, socket) => {
    socket.destroy();
    fail('broken');
  });
  const closed = () => fail('broken');
  outgoing.once('close', closed);
  outgoing.once('response', (incoming) => {
    outgoing.off('close', closed);
    if (incoming.statusCode === 101) return fail('broken');
    const announced = Number(incoming.headers['content-length'] ?? FIRST_ROOM);
    const body = collect(mostBytes, announced);
    incoming.on('data', (chunk: Buffer) => {
      if (!body.take(chunk)) fail('too large');
    });
    incoming.on('error', () => fail('broken'));
    incoming.once('end', () => {
      end({ kind: 'answer', http: incoming.statusCode ?? 0, headers: incoming.headers, body: body.bytes().toString('utf8') });
    });
    incoming.once('close', () => fail('broken'));
  });
  outgoing.end(body);
  return promise;
}

/** Sends what does no harm if it arrives twice: once more, on a new connection, where an idle one has failed. */
export async function sendTwice(request: HttpRequest): Promise<HttpResult> {
  const result = await send(request);
  return result.kind !== 'answer' && result.stale ? send(request) : result;
}

const FIRST_ROOM = 16 * 1024;
