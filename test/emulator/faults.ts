import type { ServerResponse } from 'node:http';
import type * as z from 'zod';
import { type Answer, errorAnswer } from './errors.ts';
import { drop } from './listen.ts';
import type { ReceivedRequest, RequestRecord } from './requests.ts';
import { type Dropped, type Fault, type faultRule, ofMetadataServer, type RequestMatch } from './schema.ts';

/** A test's own choice, such as a seeded random one: the fault that this request meets, or undefined for none. */
export type FaultChooser = (request: ReceivedRequest) => Fault | undefined;

/** Which requests meet a fault, how often, and which fault. */
export type FaultRule = Readonly<Omit<z.infer<typeof faultRule>, 'fault'>> & { readonly fault: Fault | FaultChooser };

/** A rule in force. */
export type FaultHandle = {
  /** How often it has struck. */
  readonly struck: number;
  remove(): void;
};

export type StruckRule = FaultRule & { readonly struck: number };

/** The rules in force; of several that match a request, the oldest strikes. */
export type Faults = {
  add(rule: FaultRule): FaultHandle;
  pick(request: ReceivedRequest): Fault | undefined;
  /** The rules with the number of times each has struck. */
  list(): readonly StruckRule[];
  clear(): void;
};

type Active = { readonly rule: FaultRule; struck: number };

/** An empty list of rules. `otherwise` is asked for each request that no rule strikes. */
export function createFaults(otherwise: FaultChooser | undefined): Faults {
  const active = new Set<Active>();
  return {
    add(rule) {
      const entry: Active = { rule, struck: 0 };
      active.add(entry);
      return {
        get struck() {
          return entry.struck;
        },
        remove: () => void active.delete(entry),
      };
    },
    pick(request) {
      for (const entry of active) {
        const fault = matches(entry.rule, request) ? chosen(entry.rule, request) : undefined;
        if (fault === undefined) continue;
        entry.struck += 1;
        if (entry.struck === entry.rule.times) active.delete(entry);
        return fault;
      }
      return otherwise?.(request);
    },
    list: () => [...active].map(({ rule, struck }) => ({ ...rule, struck })),
    clear: () => active.clear(),
  };
}

function chosen({ fault }: FaultRule, request: ReceivedRequest): Fault | undefined {
  return typeof fault === 'function' ? fault(request) : fault;
}

function matches({ on, name }: FaultRule, request: ReceivedRequest): boolean {
  if (name !== undefined && name !== request.name) return false;
  if (on === undefined) return true;
  return typeof on === 'string' ? matchesKind(on, request) : on.some((match) => matchesKind(match, request));
}

function matchesKind(match: RequestMatch, { kind }: ReceivedRequest): boolean {
  if (kind === 'certs') return match === kind;
  return match === kind || match === (ofMetadataServer(kind) ? 'metadata' : 'datastream');
}

/** One request on its way through the emulator. */
export type Exchange = {
  readonly record: RequestRecord;
  readonly response: ServerResponse;
  /** Does what was asked and gives the true answer. */
  readonly apply: () => Answer;
  /** Calls `then` after `ms`, at once where that is 0, and never once the emulator is closed. */
  readonly later: (ms: number, then: () => void) => void;
};

/** Answers a request truly, or as `fault` has it. */
export function answer(exchange: Exchange, fault: Fault | undefined): void {
  const whole = fault === undefined ? exchange.apply() : spoiled(exchange, fault);
  if (whole !== undefined) send(exchange, whole);
}

/** What to send instead of the true answer, or undefined where nothing whole is to be sent (now). */
function spoiled(exchange: Exchange, fault: Fault): Answer | undefined {
  const { record, response, apply, later } = exchange;
  if ('apply' in fault && fault.apply === true) apply();
  switch (fault.kind) {
    case 'error':
      return errorAnswer(fault.error, {}, fault.form);
    case 'status':
      return statusAnswer(fault.status, fault.headers, fault.body);
    case 'redirect':
      return { status: fault.status ?? 307, headers: { location: fault.location }, body: '' };
    case 'list':
      return apply();
    case 'altered':
      return altered(apply(), fault.with, fault.without);
    case 'otherOperation':
      return altered(apply(), { name: fault.name ?? someOtherOperation });
    case 'empty':
      return { ...apply(), body: '' };
    case 'lastAnswer':
      response.once('finish', dropLater(response, fault.dropped));
      return apply();
    case 'slow':
      // It goes on after the client has given up: Datastream would do what was asked all the same.
      later(fault.beforeMs ?? 0, () => {
        const slow = apply();
        later(fault.afterMs ?? 0, () => send(exchange, slow));
      });
      return undefined;
    case 'hang':
      return undefined;
    case 'resetAfter':
      apply();
      reset(exchange);
      return undefined;
    case 'resetBefore':
      reset(exchange);
      return undefined;
    case 'cutOff':
      sendPart(exchange, apply(), fault.bytes);
      return undefined;
    case 'giant':
      sendPadded(exchange, apply(), fault.bytes);
      return undefined;
    case 'switchesProtocols':
      record.status = 101;
      response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      return undefined;
  }
}

const someOtherOperation = 'projects/acme-data/locations/us-central1/operations/operation-0-another-one';

function send({ record, response }: Exchange, { status, headers, body }: Answer): void {
  record.status = status;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
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

/** Node takes the socket from a response that is finished, and goes on with it in the same turn of the event loop. */
function dropLater({ socket }: ServerResponse, how: Dropped): () => void {
  return () => setImmediate(() => socket && drop(socket, how));
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

/** Whatever is no JSON object stays as it is. */
function altered(
  answer: Answer,
  fields: Readonly<Record<string, unknown>> = {},
  without: readonly string[] = [],
): Answer {
  if (!answer.body.startsWith('{')) return answer;
  const changed = Object.entries({ ...JSON.parse(answer.body), ...fields }).filter(([name]) => !without.includes(name));
  return { ...answer, body: JSON.stringify(Object.fromEntries(changed)) };
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
