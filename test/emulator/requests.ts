import type { IncomingHttpHeaders } from 'node:http';
import type { Fault, RequestKind } from './schema.ts';

/** A request as the emulator received it, and what became of it. */
export type ReceivedRequest = {
  readonly kind: RequestKind;
  /** The operation, parent or resource that it is about; null on the metadata server and for unknown paths. */
  readonly name: string | null;
  readonly method: string;
  /** Path and query as sent. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** ms since 1970. */
  readonly receiveTime: number;
  readonly fault: Fault | null;
  /** Whether Datastream or the metadata server did what was asked, or refused it, whatever the client got to see of that. */
  readonly applied: boolean;
  /** The HTTP status that was sent, or null where none was (yet). */
  readonly status: number | null;
};

/** The same while it is being served. */
export type RequestRecord = { -readonly [K in keyof ReceivedRequest]: ReceivedRequest[K] };

/** The last requests that were received, oldest first: at least the last `limit`, at most twice as many. */
export type RequestLog = {
  readonly requests: readonly ReceivedRequest[];
  add(request: ReceivedRequest): void;
  clear(): void;
};

/** An empty log. A `limit` of 0 turns it off. */
export function createRequestLog(limit: number): RequestLog {
  const requests: ReceivedRequest[] = [];
  return {
    requests,
    add(request) {
      if (limit === 0) return;
      requests.push(request);
      if (requests.length > 2 * limit) requests.splice(0, requests.length - limit);
    },
    clear: () => {
      requests.length = 0;
    },
  };
}
