import type { ServerResponse } from 'node:http';
import type { Report } from './record/conclude.ts';
import { DOMAIN, type Reason } from './terms/reason.ts';
import { httpStatusOf, isTransient, type Status } from './terms/status.ts';

/** Milliseconds after which a command that is followed `untilDone` is worth delivering again. */
const FOLLOW_UP = 30_000;

/** Sends the record. 429 and 503 carry `Retry-After`, in whole seconds, where somebody gave one. */
export function answer(response: ServerResponse, report: Report): void {
  const http = httpStatusFor(report);
  const retryAfter = isFollowed(report) ? Math.max(FOLLOW_UP, report.retryAfter ?? 0) : report.retryAfter;
  const wait = retryAfter !== null && (http === 429 || http === 503) ? { 'retry-after': Math.ceil(retryAfter / 1000) } : {};
  sendJson(response, http, report.record, wait);
}

/** Refuses every method but POST. No record: nothing was asked of the function. */
export function answerMethodNotAllowed(response: ServerResponse): void {
  const error = { code: 405, message: 'Send the command with POST.', status: 'METHOD_NOT_ALLOWED' };
  sendJson(response, 405, { error }, { allow: 'POST' });
}

/**
 * The HTTP status of a report. Pub/Sub delivers again what is not acknowledged with a 2xx, so it gets 200 for what another
 * delivery would not change; but a caller that is not known or not admitted never acknowledges a message, and one that is too
 * large to be read goes the way of dead letters.
 */
function httpStatusFor(report: Report): number {
  const { outcome, status, trigger, authorizationInfo } = report.record;
  const fromPubsub = trigger.type === 'PUBSUB';
  if (isFollowed(report)) return 503;
  // Google's page lists 202 among the acknowledgements; its emulator delivers again after one.
  if (outcome === 'CANCEL_REQUESTED') return fromPubsub ? 200 : 202;
  if (isFor(status, 'BODY_TOO_LARGE')) return 413;
  if (isFor(status, 'TOO_MANY_UNDER_WAY')) return 503;
  const admitted = outcome !== 'UNAUTHENTICATED' && authorizationInfo.rule !== 'ALLOWED_CALLERS';
  if (fromPubsub && admitted && !isTransient(status.name)) return 200;
  return isFor(status, 'PAYLOAD_TOO_LARGE') ? 413 : httpStatusOf(status.name);
}

/** Whether the command is to be delivered again until what it asked for is done, and is not. */
function isFollowed({ record }: Report): boolean {
  const asked = record.outcome === 'CANCEL_REQUESTED' || (record.counts?.CANCEL_REQUESTED ?? 0) > 0;
  return record.untilDone && asked;
}

function isFor(status: Status, reason: Reason): boolean {
  return status.domain === DOMAIN && status.reason === reason;
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
