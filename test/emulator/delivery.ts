import type { ServerResponse } from 'node:http';
import { type Answer, errorAnswer } from './errors.ts';
import type { RequestRecord } from './requests.ts';
import type { Fault } from './schema.ts';

/** One request on its way through the emulator. */
export type Exchange = {
  readonly record: RequestRecord;
  readonly response: ServerResponse;
  /** Does what was asked and gives the true answer. */
  readonly apply: () => Answer;
  /** Calls `then` after `ms`, at once where that is 0, and never once the emulator is closed. */
  readonly later: (ms: number, then: () => void) => void;
};

/** Serves a request after `latencyMs`, spoiled by `fault` where there is one. */
export function serve(exchange: Exchange, latencyMs: number, fault: Fault | undefined): void {
  exchange.later(latencyMs, () => (fault === undefined ? send(exchange, exchange.apply()) : spoil(exchange, fault)));
}

function spoil(exchange: Exchange, fault: Fault): void {
  switch (fault.kind) {
    case 'error':
      sendInstead(exchange, fault.apply, errorAnswer(fault.error));
      break;
    case 'status':
      sendInstead(exchange, fault.apply, statusAnswer(fault.status, fault.headers, fault.body));
      break;
    case 'redirect':
      send(exchange, { status: fault.status ?? 307, headers: { location: fault.location }, body: '' });
      break;
    case 'resetBefore':
      reset(exchange);
      break;
    case 'resetAfter':
      exchange.apply();
      reset(exchange);
      break;
    case 'hang':
      if (fault.apply === true) exchange.apply();
      break;
    case 'slow':
      sendSlowly(exchange, fault.beforeMs ?? 0, fault.afterMs ?? 0);
      break;
    case 'cutOff':
      sendPart(exchange, exchange.apply(), fault.bytes);
      break;
    case 'otherOperation':
      send(exchange, renamed(exchange.apply(), fault.name));
      break;
    case 'empty':
      send(exchange, { ...exchange.apply(), body: '' });
      break;
    case 'giant':
      sendPadded(exchange, exchange.apply(), fault.bytes);
      break;
    default:
      fault satisfies never;
  }
}

function send({ record, response }: Exchange, { status, headers, body }: Answer): void {
  record.status = status;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function sendInstead(exchange: Exchange, apply: boolean | undefined, answer: Answer): void {
  if (apply === true) exchange.apply();
  send(exchange, answer);
}

/** Goes on after the client has given up: Datastream would do what was asked all the same. */
function sendSlowly(exchange: Exchange, beforeMs: number, afterMs: number): void {
  exchange.later(beforeMs, () => {
    const answer = exchange.apply();
    exchange.later(afterMs, () => send(exchange, answer));
  });
}

function statusAnswer(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): Answer {
  const looksLikeJson = /^\s*[[{]/.test(body);
  const contentType = looksLikeJson ? 'application/json; charset=UTF-8' : 'text/html; charset=UTF-8';
  return { status, headers: { 'content-type': contentType, ...headers }, body };
}

/** RST instead of FIN: the client sees ECONNRESET, as when a proxy on the way dies. */
function reset({ response }: Exchange): void {
  response.socket?.resetAndDestroy();
}

function sendPart(exchange: Exchange, { status, headers, body }: Answer, bytes: number | undefined): void {
  const whole = Buffer.from(body);
  exchange.record.status = status;
  exchange.response.writeHead(status, { ...headers, 'content-length': Math.max(whole.length, 1) });
  // Resetting in the callback, once the part is with the kernel, lets the client see it before the connection breaks.
  const part = whole.subarray(0, Math.min(bytes ?? whole.length >>> 1, whole.length - 1));
  exchange.response.flushHeaders();
  exchange.response.write(part, () => reset(exchange));
}

function renamed(answer: Answer, name: string | undefined): Answer {
  if (!answer.body.startsWith('{')) return answer;
  const value: unknown = JSON.parse(answer.body);
  if (typeof value !== 'object') return answer;
  const otherName = name ?? 'projects/acme-data/locations/us-central1/operations/operation-0-another-one';
  return { ...answer, body: JSON.stringify({ ...value, name: otherName }) };
}

const chunk = Buffer.alloc(65_536, 'x');

/** The padding is written as the client takes it, so that a giant answer costs the emulator no memory. */
function sendPadded({ record, response }: Exchange, { status, headers, body }: Answer, bytes: number): void {
  const rest = body.replace(/^\{/, '');
  const end = rest === '}' ? '"}' : `",${rest}`;
  const start = '{"padding":"';
  record.status = status;
  response.writeHead(status, { ...headers, 'content-length': start.length + bytes + Buffer.byteLength(end) });
  response.write(start);
  let left = bytes;
  const pump = (): void => {
    while (left > 0) {
      const part = left >= chunk.length ? chunk : chunk.subarray(0, left);
      left -= part.length;
      if (!response.write(part)) {
        response.once('drain', pump);
        return;
      }
    }
    response.end(end);
  };
  pump();
}
