import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AuditRecord } from '../../src/record/schema.ts';
import { deliveryRequest } from '../pubsub/shapes.ts';
import { checkedRecord } from '../support/record.ts';

export type PostAnswer = { http: number; record: AuditRecord; text: string };

const agent = new Agent({ keepAlive: true, maxSockets: 1000 });

/** Posts a command as one of the callers does. Throws where the answer is no audit record. */
export async function post(
  url: string,
  command: object,
  trigger: AuditRecord['trigger']['type'],
  id: number,
): Promise<PostAnswer> {
  const { headers, body } = requestOf(JSON.stringify(command), trigger, id);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const length = Buffer.byteLength(body);
  const outgoing = request(url, { method: 'POST', agent, headers: { ...headers, 'content-length': length } });
  outgoing.on('error', reject);
  outgoing.on('response', resolve);
  outgoing.end(body);
  const incoming = await promise;
  const answer = await text(incoming);
  return { http: incoming.statusCode ?? 0, record: checkedRecord(JSON.parse(answer)), text: answer };
}

function requestOf(
  body: string,
  trigger: AuditRecord['trigger']['type'],
  id: number,
): { headers: Readonly<Record<string, string>>; body: string | Buffer } {
  switch (trigger) {
    case 'WEBHOOK':
      return { headers: { 'content-type': 'application/json', 'webhook-id': `msg_${id}` }, body };
    case 'SCHEDULER': {
      const schedule = {
        'x-cloudscheduler-jobname': `job-${id}`,
        'x-cloudscheduler-scheduletime': '2026-11-22T02:00:00Z',
      };
      return { headers: { 'content-type': 'application/octet-stream', 'x-cloudscheduler': 'true', ...schedule }, body };
    }
    case 'PUBSUB': {
      const message = { messageId: String(id + 1), data: body, publishTime: new Date().toISOString() };
      const subscription = {
        name: 'projects/acme-data/subscriptions/cancel',
        topic: 'projects/acme-data/topics/cancel',
      };
      return deliveryRequest('wrapped', message, subscription);
    }
    default:
      return trigger satisfies never;
  }
}
