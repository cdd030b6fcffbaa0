import http from 'node:http';
import https from 'node:https';

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
  | { kind: 'broken'; sent: boolean }
  | { kind: 'timeout'; sent: true };

const PROTOCOLS = {
  'http:': { request: http.request, agent: new http.Agent({ keepAlive: true }) },
  'https:': { request: https.request, agent: new https.Agent({ keepAlive: true }) },
};

/** What fails before a connection stands, so that nothing can have been sent. */
const NOT_SENT: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/**
 * Sends one request and reads the whole answer. Connections are kept alive; redirects are not followed, and nothing is
 * tried again. Never rejects. node:http and not fetch, which costs more time and memory a call (npm run bench).
 */
export function send(request: HttpRequest): Promise<HttpResult> {
  const { promise, resolve } = Promise.withResolvers<HttpResult>();
  const { method, url, headers, timeout, mostBytes, body, signal } = request;
  const protocol = url.startsWith('https:') ? PROTOCOLS['https:'] : PROTOCOLS['http:'];
  const outgoing = protocol.request(url, { method, headers, agent: protocol.agent, signal });

  const timer = setTimeout(() => end({ kind: 'timeout', sent: true }), timeout);
  const end = (result: HttpResult) => {
    clearTimeout(timer);
    resolve(result);
    if (result.kind !== 'answer') outgoing.destroy();
  };

  outgoing.on('error', (error: NodeJS.ErrnoException) => end({ kind: 'broken', sent: !NOT_SENT.has(error.code) }));
  outgoing.once('response', (incoming) => {
    const chunks: Buffer[] = [];
    let length = 0;
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > mostBytes) end({ kind: 'broken', sent: true });
      else chunks.push(chunk);
    });
    incoming.on('error', () => end({ kind: 'broken', sent: true }));
    incoming.once('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      end({ kind: 'answer', http: incoming.statusCode ?? 0, headers: incoming.headers, body: text });
    });
  });
  outgoing.end(body);
  return promise;
}
