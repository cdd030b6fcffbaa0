import type { Identity } from '../google/identity.ts';
import type { Deadline } from '../terms/clock.ts';
import { type Headers, headerOf } from './headers.ts';

/** The trace that a request belongs to. `traceparent` is passed on as it came; only a well-formed one counts. */
export type Trace = { traceId: string | undefined; traceparent: string | undefined };

/** W3C Trace Context, version 00; an all-zero trace or span is none. */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** `X-Cloud-Trace-Context: TRACE_ID/SPAN_ID;o=OPTIONS`. */
export const CLOUD_TRACE = /^(?!0{32})([0-9a-f]{32})(?:\/\d{1,20})?(?:;o=\d+)?$/i;

/** Reads the trace from `traceparent`, else from `X-Cloud-Trace-Context`. */
export function traceOf(headers: Headers): Trace {
  const traceparent = headerOf(headers, 'traceparent');
  const [, w3c] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (w3c !== undefined) return { traceId: w3c, traceparent };
  const [, cloud] = CLOUD_TRACE.exec(headerOf(headers, 'x-cloud-trace-context') ?? '') ?? [];
  return { traceId: cloud?.toLowerCase(), traceparent: undefined };
}

/** The name that Cloud Trace and Cloud Logging have for a trace; null where there is none, or its project is not known. */
export async function traceName(
  traceId: string | undefined,
  { projectId }: Identity,
  deadline: Deadline,
): Promise<string | null> {
  if (traceId === undefined) return null;
  const { value } = await projectId(deadline);
  return value === null ? null : `projects/${value}/traces/${traceId}`;
}
