import http from 'node:http';
import type https from 'node:https';

/** One request over HTTP/1.1. */
export type HttpRequest = {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Milliseconds after which it is given up. */
  timeout: number;
  /** Most bytes of the answer that are taken; one with more counts as broken. */
  mostBytes: number;
  body?: string;
  /** Gives it up early. */
  signal?: AbortSignal;
};

/** An answer that arrived whole, or none. `sent` tells whether the request may have reached the other side. */
export type HttpResult =
  | { kind: 'answer'; http: number; headers: http.IncomingHttpHeaders; body: string }
  | { kind: 'broken' | 'timeout'; sent: boolean };

const httpAgent = new http.Agent({ keepAlive: true });
let httpsAgent: https.Agent | undefined;

/**
 * Makes a request over the protocol of its URL. TLS is loaded with the first one that needs it, so
 * that a refused request does not pay for it.
 */
function open(url: string, options: http.RequestOptions): http.ClientRequest {
  if (!url.startsWith('https:')) return http.request(url, { ...options, agent: httpAgent });
  const tls = process.getBuiltinModule('node:https');
  httpsAgent ??= new tls.Agent({ keepAlive: true });
  return tls.request(url, { ...options, agent: httpsAgent });
}

/** Tells `connected` once the request has a connection that stands, so that it may leave. */
function watchConnection(outgoing: http.ClientRequest, url: string, connected: () => void): void {
  outgoing.once('socket', (socket) => {
    if (outgoing.reusedSocket) connected();
    else socket.once(url.startsWith('https:') ? 'secureConnect' : 'connect', connected);
  });
}

/**
 * Sends one request and reads the whole answer. Connections are kept alive; redirects are not followed, and nothing is
 * tried again. Never rejects. node:http and not fetch, which costs more time and memory a call (npm run bench).
 */
export function send(request: HttpRequest): Promise<HttpResult> {
  const { promise, resolve } = Promise.withResolvers<HttpResult>();
  const { method, url, headers, timeout, mostBytes, body, signal } = request;
  let outgoing: http.ClientRequest;
  try {
    outgoing = open(url, { method, headers, signal });
  } catch {
    // A header that cannot be sent, such as a token with a line break in it.
    return Promise.resolve({ kind: 'broken', sent: false });
  }
  let sent = false;
  watchConnection(outgoing, url, () => {
    sent = true;
  });

  const timer = setTimeout(() => end({ kind: 'timeout', sent }), timeout);
  const end = (result: HttpResult) => {
    clearTimeout(timer);
    resolve(result);
    if (result.kind !== 'answer') outgoing.destroy();
  };

  outgoing.on('error', () => end({ kind: 'broken', sent }));
  outgoing.once('response', (incoming) => {
    const chunks: Buffer[] = [];
    let length = 0;
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > mostBytes) end({ kind: 'broken', sent });
      else chunks.push(chunk);
    });
    incoming.on('error', () => end({ kind: 'broken', sent }));
    incoming.once('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      end({ kind: 'answer', http: incoming.statusCode ?? 0, headers: incoming.headers, body: text });
    });
  });
  outgoing.end(body);
  return promise;
}
