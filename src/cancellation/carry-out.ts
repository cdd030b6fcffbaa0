import { statusOfApiError } from '../google/advice.ts';
import { type ApiError, isApiError } from '../google/api-error.ts';
import type { Session } from '../google/datastream.ts';
import type { OperationState } from '../google/operation.ts';
import { checkVerb } from '../permission.ts';
import { conclude, concludeEarly, type Finding, type Report, statusOfFault } from '../record/conclude.ts';
import type { AuditLog } from '../record/log.ts';
import { logResult } from '../record/result.ts';
import type { AuditRecord } from '../record/schema.ts';
import type { Settings } from '../settings.ts';
import { type Clock, isShuttingDown } from '../terms/clock.ts';
import type { Duration } from '../terms/duration.ts';
import { refusal } from '../terms/refusal.ts';
import { OK } from '../terms/status.ts';
import { type Aged, oldestFirst } from './age.ts';
import { ask } from './ask.ts';
import type { Look } from './look.ts';
import { newPace, type Pace } from './pace.ts';
import { eachOf } from './parallel.ts';
import { type Watched, watch } from './watch.ts';

/** What cancellations are carried out with. */
export type Tools = { settings: Settings; log: AuditLog; clock: Clock };

/** One operation that may be cancelled, as far as its parent goes. */
export type Candidate = {
  name: string;
  /** With everything about the request, nothing yet about the operation. */
  record: AuditRecord;
  /** What the first look at it brought. */
  before: OperationState | ApiError;
};

/** How the cancellations of a request are to be carried out. */
export type Order = { validateOnly: boolean; wait: Duration; session: Session; look: Look };

/** Milliseconds that asking takes at least, or this part of `REQUEST_DEADLINE` if that is less: with fewer left it is not begun. */
const LEAST_TO_ASK = 2000;
const LEAST_PART_TO_ASK = 0.05;

/**
 * Cancels operations and records each: leaves alone what is done or not allowed, asks all others, oldest first and a few at a
 * time, and then watches them together. One failing leaves the others alone. Never rejects.
 *
 * @returns their reports, in the order of the candidates
 */
export async function carryOut(candidates: readonly Candidate[], order: Order, tools: Tools): Promise<Report[]> {
  const { session, wait, look } = order;
  const { log, clock } = tools;
  const { deadline } = session;
  const pace = newPace(clock, deadline);
  const reports = new Map<string, Report>();
  const watched: Asked[] = [];

  await eachOf(oldestFirst(candidates, agedOf), async (candidate) => {
    const progress = await begin(candidate, order, pace, tools);
    if (progress.kind === 'asked') watched.push(progress);
    else reports.set(candidate.name, await logResult(progress.report, log, clock));
  });
  const conclusion = async ({ name, record, cancelAttempts }: Asked, finding: Finding) => {
    const report = conclude(record, { ...finding, cancelAttempts }, clock.now());
    reports.set(name, await logResult(report, log, clock));
  };
  await watch(watched, { look, wait: wait.milliseconds, deadline, clock, conclude: conclusion });
  return candidates.flatMap(({ name }) => reports.get(name) ?? []);
}

/** How far one operation has come when all are asked. */
type Progress = { kind: 'concluded'; report: Report } | Asked;

/** An operation whose cancellation was asked for, by this request or before. */
type Asked = Watched & { kind: 'asked'; record: AuditRecord; cancelAttempts: number };

/** Judges an operation by its first look, and asks for its cancellation where that is called for. Never rejects. */
async function begin(candidate: Candidate, order: Order, pace: Pace, tools: Tools): Promise<Progress> {
  const { name, before } = candidate;
  const { clock, settings } = tools;
  const end = (record: AuditRecord, finding: Finding): Progress => ({
    kind: 'concluded',
    report: conclude(record, finding, clock.now()),
  });
  if (isApiError(before)) {
    const outcome = before.code === 'NOT_FOUND' ? 'NOT_FOUND' : 'ERROR';
    const { retryAfter } = before;
    return end(candidate.record, { outcome, status: statusOfApiError(before, 'get'), retryAfter });
  }
  const record = { ...candidate.record, operationBefore: before };
  try {
    checkVerb(before.verb, settings);
    if (before.done) return end(record, { outcome: 'ALREADY_DONE', status: OK });
    if (order.validateOnly) return end(record, { outcome: 'VALIDATED', status: OK });
    // Somebody has asked already, this caller before perhaps: asking again would tell nothing that watching does not.
    if (before.requestedCancellation) return { kind: 'asked', name, record, cancelAttempts: 0, seen: before, fresh: false };
    return await announceAndAsk({ ...candidate, record }, order, pace, tools);
  } catch (error) {
    return { kind: 'concluded', report: concludeEarly(record, error, clock.now()) };
  }
}

/**
 * Writes the INTENT, without which no cancel leaves, and asks.
 *
 * @throws {Refusal} ERROR where there is no time left, or the INTENT cannot be written
 */
async function announceAndAsk(
  { name, record }: Candidate,
  { session }: Order,
  pace: Pace,
  { settings, log, clock }: Tools,
): Promise<Progress> {
  const { deadline } = session;
  await pace.ready();
  if (deadline.left() < Math.min(LEAST_TO_ASK, settings.REQUEST_DEADLINE.milliseconds * LEAST_PART_TO_ASK))
    throw refusal(isShuttingDown(deadline) ? 'SHUTTING_DOWN' : 'NO_TIME_TO_ASK');
  if (!(await log.intent(record, deadline))) throw refusal('LOG_UNWRITABLE');
  // Counted here, so that a fault of ours cannot lose what was sent.
  let cancelAttempts = 0;
  const onSent = () => {
    cancelAttempts += 1;
  };
  const end = (finding: Finding): Progress => ({
    kind: 'concluded',
    report: conclude(record, { ...finding, cancelAttempts }, clock.now()),
  });
  try {
    const asked = await ask({ name, requestReason: requestReasonOf(record), onSent }, session, pace, clock);
    if (asked.kind === 'settled') return end(asked.finding);
    const { seen } = asked;
    return { kind: 'asked', name, record, cancelAttempts, seen, fresh: seen !== undefined };
  } catch (error) {
    // A fault of ours, behind which a cancel may have been sent.
    return end({ outcome: 'UNKNOWN', status: statusOfFault(error) });
  }
}

function agedOf({ name, before }: Candidate): Aged {
  return { name, createTime: isApiError(before) ? null : before.createTime };
}

/**
 * The text for `X-Goog-Request-Reason`, which shows up in Google's own audit log. A header is ASCII, so everything else
 * is percent-encoded as in a URL (RFC 3986), and the percent sign too.
 */
function requestReasonOf({ auditId, reason }: AuditRecord): string {
  return reason === null ? auditId : `${auditId} ${reason.replace(/[^ -$&-~]+/g, encodeURIComponent)}`;
}
