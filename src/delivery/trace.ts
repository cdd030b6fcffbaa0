import { type Headers, headerOf } from './headers.ts';

/** The trace that a request belongs to, and how it is passed on. */
export type Trace = { traceId: string | undefined; traceparent: string | undefined };

/**
 * W3C Trace Context; an all-zero trace or span is none. Version 00 ends behind the flags; a later one may go on, and is read
 * and passed on as 00 ("Versioning of traceparent").
 */
const TRACEPARENT =
  /^(?:00-(?<now>(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})|(?!00|ff)[0-9a-f]{2}-(?<later>(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})(?:-.*)?)$/;

/** `X-Cloud-Trace-Context: TRACE_ID/SPAN_ID;o=OPTIONS`; whatever follows the trace id, it counts. */
const CLOUD_TRACE = /^((?!0{32})[0-9a-f]{32})(?![0-9a-z])/i;

/** Reads the trace from `traceparent`, else from `X-Cloud-Trace-Context`. */
export function traceOf(headers: Headers): Trace {
  const { now, later } = TRACEPARENT.exec(headerOf(headers, 'traceparent')?.trim() ?? '')?.groups ?? {};
  const fields = now ?? later;
  if (fields !== undefined) return { traceId: fields.slice(0, 32), traceparent: `00-${fields}` };
  return { traceId: cloudTraceOf(headers), traceparent: undefined };
}

/** The trace id of `X-Cloud-Trace-Context`, undefined where it has none. */
export function cloudTraceOf(headers: Headers): string | undefined {
  return CLOUD_TRACE.exec(headerOf(headers, 'x-cloud-trace-context')?.trim() ?? '')?.[1]?.toLowerCase();
}
