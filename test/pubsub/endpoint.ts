import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** A request as it arrived; header names in lower case. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Endpoint extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly origin: string;
  /** Every request with its body, in the order of arrival. */
  readonly received: readonly Received[];
  /** Resolves with the nth request (from 1) when it has arrived. */
  arrival(n: number): Promise<Received>;
  /** Stops listening and cuts every connection. */
  close(): Promise<void>;
}

/** Decides what becomes of the nth request (from 1): an HTTP status with an empty body, or an answer of its own. */
export type Answering = (received: Received, n: number, response: ServerResponse, request: IncomingMessage) => unknown;

/**
 * Starts a push endpoint on loopback that records what arrives. `answering` returns the status to send; where it returns
 * something else it has dealt with the response itself.
 */
export async function startEndpoint(answering: Answering): Promise<Endpoint> {
  const received: Received[] = [];
  const arrivals = new EventEmitter();
  const server = createServer(async (request, response) => {
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) return; // The sender gave up in the middle of it.
    const arrived = { path: request.url ?? '', headers: request.headers, body };
    const status = answering(arrived, received.push(arrived), response, request);
    arrivals.emit('arrival');
    if (typeof status === 'number') response.writeHead(status).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the endpoint has no port');

  async function close(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }
  async function arrival(n: number): Promise<Received> {
    for (;;) {
      const nth = received[n - 1];
      if (nth !== undefined) return nth;
      await once(arrivals, 'arrival');
    }
  }
  return { origin: `http://127.0.0.1:${address.port}`, received, arrival, close, [Symbol.asyncDispose]: close };
}
