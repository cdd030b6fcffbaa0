import { type Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { DeliveryRequest } from './shapes.ts';

/** What came back from the push endpoint: a status, or the code of the error that left it without one. */
export interface Answer {
  readonly status: number | null;
  /** Such as `ECONNREFUSED`, `ECONNRESET`, or `ACK_DEADLINE_EXCEEDED`. */
  readonly error: string | null;
  readonly headers: IncomingHttpHeaders;
  /** Parsed where it is JSON, else the text as it came. */
  readonly body: unknown;
}

export interface PushSettings {
  readonly agent: Agent;
  readonly ackDeadlineMs: number;
  readonly signal: AbortSignal;
}

// https://docs.cloud.google.com/pubsub/docs/push: every other status means that the message is delivered again.
const ACKNOWLEDGING = new Set([102, 200, 201, 202, 204]);

/** Tells whether Pub/Sub takes this answer as the acknowledgement of the message. */
export function acknowledges(answer: Answer): boolean {
  return answer.status !== null && ACKNOWLEDGING.has(answer.status);
}

/** Posts one delivery and waits for the answer, at most `ackDeadlineMs`. Failing to reach the endpoint is an answer. */
export function push(endpoint: string, delivery: DeliveryRequest, settings: PushSettings): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = request(endpoint, {
    method: 'POST',
    agent: settings.agent,
    headers: { ...delivery.headers, 'content-length': delivery.body.length },
    signal: settings.signal,
  });
  const deadline = setTimeout(() => outgoing.destroy(new AckDeadlineError()), settings.ackDeadlineMs);
  outgoing.on('close', () => clearTimeout(deadline));
  outgoing.on('error', (error) => resolve(unanswered(error)));
  outgoing.on('information', ({ statusCode, headers }) => {
    if (statusCode === 102) resolve({ status: statusCode, error: null, headers, body: '' });
  });
  outgoing.on('response', (incoming) => {
    read(incoming).then(resolve, reject);
  });
  outgoing.end(delivery.body);
  return promise;
}

class AckDeadlineError extends Error {
  readonly code = 'ACK_DEADLINE_EXCEEDED';
}

// A status whose body is cut off is no answer: Pub/Sub has not seen the end of the response.
async function read(incoming: IncomingMessage): Promise<Answer> {
  try {
    const body = await text(incoming);
    return { status: incoming.statusCode ?? null, error: null, headers: incoming.headers, body: parsed(body) };
  } catch (error) {
    return unanswered(error);
  }
}

function unanswered(error: unknown): Answer {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return { status: null, error: code, headers: {}, body: '' };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
