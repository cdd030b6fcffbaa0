import type { ServerResponse } from 'node:http';
import type { Report } from './record/conclude.ts';
import { httpStatusOf, isTransient } from './terms/status.ts';

/** Sends the record. 429 and 503 carry `Retry-After`, in whole seconds, where Datastream gave one. */
export function answer(response: ServerResponse, report: Report): void {
  const { record, retryAfter } = report;
  const http = httpStatusFor(report);
  const wait =
    retryAfter !== null && (http === 429 || http === 503) ? { 'retry-after': Math.ceil(retryAfter / 1000) } : {};
  sendJson(response, http, record, wait);
}

/** Refuses every method but POST. No record: nothing was asked of the function. */
export function answerMethodNotAllowed(response: ServerResponse): void {
  const error = { code: 405, message: 'Send the command with POST.', status: 'METHOD_NOT_ALLOWED' };
  sendJson(response, 405, { error }, { allow: 'POST' });
}

/**
 * The HTTP status of a report. Pub/Sub delivers again what is not acknowledged with a 2xx, so it gets 200 for what another
 * delivery would not change; but a caller that is not known or not admitted never acknowledges a message.
 */
function httpStatusFor({ record, tooLarge }: Report): number {
  const { outcome, status, trigger, authorizationInfo } = record;
  if (outcome === 'CANCEL_REQUESTED') return 202;
  const admitted = outcome !== 'UNAUTHENTICATED' && authorizationInfo.rule !== 'ALLOWED_CALLERS';
  if (trigger.type === 'PUBSUB' && admitted && !isTransient(status.name)) return 200;
  return tooLarge ? 413 : httpStatusOf(status.name);
}

function sendJson(
  response: ServerResponse,
  http: number,
  body: object,
  headers: Record<string, string | number>,
): void {
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text);
  const common = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'content-length': length,
  };
  response.writeHead(http, { ...common, ...headers }).end(text);
}
