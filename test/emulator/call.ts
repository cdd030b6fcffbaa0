import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** An answer as it came over the wire. */
export type Reply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string };

export type CallOptions = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent?: Agent;
  readonly signal?: AbortSignal;
};

const bearer = { authorization: 'Bearer any' };
const freshConnections = new Agent({ keepAlive: false });

/**
 * Sends one request with a bearer token, by default a GET on a connection of its own. Nothing is followed, retried or judged; it
 * rejects where the connection breaks before the whole answer is there.
 */
export function call(url: string, { body, headers, ...options }: CallOptions = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const sent = request(url, { agent: freshConnections, ...options, headers: { ...bearer, ...length, ...headers } });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.end(body);
  });
}

/** Waits until `condition` holds. It has no limit of its own: the test's timeout is the limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(1);
}
