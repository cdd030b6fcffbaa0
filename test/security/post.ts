import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as an attacker words it. */
export type Sent = {
  headers?: Readonly<Record<string, string | string[]>>;
  body?: string | Buffer;
  method?: string;
  path?: string;
  /** Sent behind a chunked body. */
  trailers?: Readonly<Record<string, string>>;
  /** The bytes of a whole request in place of all others, for what node:http would not send. */
  raw?: string;
};

export type Answer = { http: number; headers: IncomingHttpHeaders; body: string };

const agent = new Agent({ keepAlive: true });

/** Sends a request to `url`, an origin, by default a POST of `/`, and reads the whole answer. */
export async function send(url: string, sent: Sent): Promise<Answer> {
  if (sent.raw !== undefined) return sendRaw(url, sent.raw);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const { method = 'POST', path = '/', headers = {}, body = '', trailers } = sent;
  const length = trailers === undefined ? { 'content-length': Buffer.byteLength(body) } : {};
  const { hostname, port } = new URL(url);
  const outgoing = request({ hostname, port, method, path, agent, headers: { ...length, ...headers } }, (incoming) => {
    text(incoming).then(
      (content) => resolve({ http: incoming.statusCode ?? 0, headers: incoming.headers, body: content }),
      reject,
    );
  });
  outgoing.on('error', reject);
  outgoing.write(body);
  if (trailers !== undefined) outgoing.addTrailers(trailers);
  outgoing.end();
  return promise;
}

/** What comes back for bytes that need not be HTTP: the status of each answer is not told apart, the first one counts. */
async function sendRaw(url: string, raw: string): Promise<Answer> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.end(raw);
  const content = await text(socket);
  const http = Number(/^HTTP\/1\.1 (\d{3})/.exec(content)?.[1] ?? 0);
  return { http, headers: {}, body: content.split('\r\n\r\n').at(-1) ?? '' };
}
