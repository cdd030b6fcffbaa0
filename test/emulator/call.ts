import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';

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
    sent.on('upgrade', ({ statusCode = 0, headers: received }, socket) => {
      socket.destroy();
      resolve({ status: statusCode, headers: received, body: '' });
    });
    sent.end(body);
  });
}

/** Waits until `condition` holds. It has no limit of its own: the test's timeout is the limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(1);
}

const errorBody = z.strictObject({
  error: z.strictObject({
    code: z.number(),
    message: z.string(),
    status: z.string(),
    details: z.array(z.looseObject({})).optional(),
  }),
});

const operationBody = z.strictObject({
  name: z.string(),
  metadata: z.looseObject({
    createTime: z.string(),
    endTime: z.string().optional(),
    target: z.string(),
    verb: z.string(),
    requestedCancellation: z.boolean(),
  }),
  done: z.boolean(),
  error: z.strictObject({ code: z.number(), message: z.string() }).optional(),
  response: z.looseObject({ '@type': z.string() }).optional(),
});

const pageBody = z.strictObject({
  operations: z.array(operationBody).optional(),
  nextPageToken: z.string().optional(),
});

/** The google.rpc error in `reply`; throws where there is none. */
export function errorOf(reply: Reply): z.output<typeof errorBody>['error'] {
  return errorBody.parse(JSON.parse(reply.body)).error;
}

/** The operation in `reply`; throws where it is not one. */
export function operationOf(reply: Reply): z.output<typeof operationBody> {
  return operationBody.parse(JSON.parse(reply.body));
}

/** The page of a list in `reply`; throws where it is not one. */
export function pageOf(reply: Reply): z.output<typeof pageBody> {
  return pageBody.parse(JSON.parse(reply.body));
}
