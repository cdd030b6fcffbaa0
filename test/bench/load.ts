import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';

export type Answer = { status: number; body: string };

let named = 0;

/** A command for an operation that nobody has named before in this run; it looks once at what became of it. */
export function nextCommand(): string {
  named += 1;
  const name = `projects/acme-data/locations/us-central1/operations/operation-${process.pid}-${named}`;
  return JSON.stringify({ name, reason: 'INC-4821: create stuck for 40 minutes', wait: '0s' });
}

/** Posts a body to the function on `port`, over an agent's connection or over one that stands already. */
export function post(port: number, body: string, via: Agent | Socket): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const connection = via instanceof Agent ? { agent: via } : { createConnection: () => via };
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
  const outgoing = request({ host: '127.0.0.1', port, method: 'POST', headers, ...connection }, (incoming) => {
    let text = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => {
      text += chunk;
    });
    incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: text }));
    incoming.on('error', reject);
  });
  outgoing.on('error', reject);
  outgoing.end(body);
  return promise;
}

/** What a load brought: milliseconds that each command took, and that all of them took together. */
export type Load = { times: number[]; total: number };

/**
 * Sends `count` commands to the function on `port`, `parallel` at any time, over kept-alive connections. Throws where
 * an answer is not 200.
 */
export async function load(port: number, parallel: number, count: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: parallel });
  const times: number[] = [];
  let left = count;
  const caller = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const start = performance.now();
      const { status, body } = await post(port, nextCommand(), agent);
      times.push(performance.now() - start);
      if (status !== 200) throw new Error(`The function answered ${status}: ${body.slice(0, 500)}`);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: parallel }, caller));
  const total = performance.now() - start;
  agent.destroy();
  return { times, total };
}
