import type { CancelOne } from '../command/read.ts';
import { statusOfApiError } from '../google/advice.ts';
import { isApiError } from '../google/api-error.ts';
import type { Datastream } from '../google/datastream.ts';
import type { Call } from '../google/exchange.ts';
import { checkVerb } from '../permission.ts';
import { conclude, faultStatus, type Report, refuse } from '../record/conclude.ts';
import type { AuditLog } from '../record/log.ts';
import { logResult, unrecorded } from '../record/log-result.ts';
import type { AuditRecord, OperationState } from '../record/schema.ts';
import type { Settings } from '../settings.ts';
import type { Clock } from '../terms/clock.ts';
import { OK } from '../terms/status.ts';
import { cancelAndWatch } from './cancel-and-watch.ts';

/** What the function works with. */
export type Tools = { settings: Settings; datastream: Datastream; log: AuditLog; clock: Clock };

/** What a cancellation is asked for with, beside the command that may stand for many. */
export type OneRequest = Pick<CancelOne, 'name' | 'validateOnly' | 'wait'> & {
  call: Call;
  /** The operation's state where it was read just now, so that it need not be read again. */
  seen?: OperationState;
};

/**
 * Cancels one operation whose parent is allowed, and records it: reads it, checks its verb, leaves it alone where it is
 * done, writes the INTENT, cancels, watches, writes the RESULT. Never rejects.
 *
 * @param record with everything about the request, nothing yet about the operation
 */
export async function cancelOne(request: OneRequest, record: AuditRecord, tools: Tools): Promise<Report> {
  return logResult(await runOne(request, record, tools), tools);
}

async function runOne(request: OneRequest, record: AuditRecord, tools: Tools): Promise<Report> {
  const { settings, datastream, log, clock } = tools;
  const { name, validateOnly, wait, call } = request;
  let known = record;
  let announced = false;
  try {
    const before = request.seen ?? (await datastream.get(name, call));
    if (isApiError(before)) {
      const outcome = before.code === 'NOT_FOUND' ? 'NOT_FOUND' : 'ERROR';
      const { retryAfter } = before;
      return conclude(known, { outcome, status: statusOfApiError(before), retryAfter }, clock);
    }
    known = { ...known, operationBefore: before };
    checkVerb(before.verb, settings);
    if (before.done) return conclude(known, { outcome: 'ALREADY_DONE', status: OK }, clock);
    if (validateOnly) return conclude(known, { outcome: 'VALIDATED', status: OK }, clock);
    if (!(await log.intent(known, call.deadline))) throw unrecorded();
    announced = true;
    const requestReason = requestReasonOf(known);
    // Counted here, so that a fault of ours cannot lose what was sent.
    const onSent = () => {
      known = { ...known, cancelAttempts: known.cancelAttempts + 1 };
    };
    const finding = await cancelAndWatch({ name, requestReason, wait, call, onSent }, datastream, clock);
    return conclude(known, finding, clock);
  } catch (error) {
    // From here on a fault of ours may lie behind a cancel that was sent.
    if (announced) return conclude(known, { outcome: 'UNKNOWN', status: faultStatus(error) }, clock);
    return refuse(known, error, clock);
  }
}

/**
 * The text for `X-Goog-Request-Reason`, which shows up in Google's own audit log. A header is ASCII, so everything else
 * is percent-encoded as in a URL (RFC 3986), and the percent sign too.
 */
function requestReasonOf({ auditId, reason }: AuditRecord): string {
  return reason === null ? auditId : `${auditId} ${reason.replace(/[^ -$&-~]+/g, encodeURIComponent)}`;
}
