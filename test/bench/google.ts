import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

/*
 * A stand-in for Google that costs next to nothing: a metadata server and the operations of Datastream on one loopback
 * port, in a process of its own so that its CPU time is not the function's. An operation runs until it is cancelled and
 * is done right after. The parent is told the port; it may set the latency of the API and ask for the calls so far.
 */

const TOKEN = 'ya29.bench';

const METADATA: Readonly<Record<string, string>> = {
  '/computeMetadata/v1/project/project-id': 'acme-data',
  '/computeMetadata/v1/project/numeric-project-id': '123456789012',
  '/computeMetadata/v1/universe/universe-domain': 'googleapis.com',
  '/computeMetadata/v1/instance/service-accounts/default/email': 'datastream-cancel@acme-data.iam.gserviceaccount.com',
  '/computeMetadata/v1/instance/service-accounts/default/token': JSON.stringify({
    access_token: TOKEN,
    expires_in: 3599,
    token_type: 'Bearer',
  }),
};

const messageSchema = z.object({ latency: z.number().optional() });

const cancelled = new Set<string>();
const calls = { get: 0, cancel: 0 };
let latency = 0;

function operation(name: string): string {
  const done = cancelled.has(name);
  const endTime = done ? ',"endTime":"2026-11-22T10:15:01.102993811Z"' : '';
  const result = done ? ',"error":{"code":1,"message":"The operation was cancelled."}' : '';
  return (
    `{"name":"${name}","metadata":{"@type":"type.googleapis.com/google.cloud.datastream.v1.OperationMetadata",` +
    `"createTime":"2026-11-22T09:31:02.853003653Z"${endTime},` +
    `"target":"projects/acme-data/locations/us-central1/streams/orders","verb":"create",` +
    `"requestedCancellation":${done},"apiVersion":"v1"},"done":${done}${result}}`
  );
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  const length = Buffer.byteLength(body);
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': length, 'Metadata-Flavor': 'Google' });
  response.end(body);
}

function answerMetadata(response: ServerResponse, path: string): void {
  const value = METADATA[path];
  if (value === undefined) send(response, 404, 'text/plain', 'not found');
  else send(response, 200, value.startsWith('{') ? 'application/json' : 'text/plain', value);
}

async function answerApi(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  request.resume();
  if (request.headers.authorization !== `Bearer ${TOKEN}`) {
    send(response, 401, 'application/json', '{"error":{"code":401,"message":"No token.","status":"UNAUTHENTICATED"}}');
    return;
  }
  if (latency > 0) await sleep(latency);
  const name = path.slice('/v1/'.length);
  if (request.method === 'POST') {
    calls.cancel += 1;
    cancelled.add(name.slice(0, -':cancel'.length));
    send(response, 200, 'application/json', '{}');
  } else {
    calls.get += 1;
    send(response, 200, 'application/json', operation(name));
  }
}

const server = createServer((request, response) => {
  const path = (request.url ?? '').replace(/\?.*/, '');
  if (path.startsWith('/computeMetadata/')) answerMetadata(response, path);
  else void answerApi(request, response, path);
});
server.keepAliveTimeout = 0; // A connection closed between two measurements would look like a slow function.
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.send?.({ port: address.port });
});

process.on('message', (message) => {
  const wanted = messageSchema.parse(message);
  if (wanted.latency !== undefined) {
    latency = wanted.latency;
    cancelled.clear();
  }
  process.send?.(calls);
});
process.on('disconnect', () => process.exit());
