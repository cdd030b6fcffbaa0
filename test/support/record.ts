import assert from 'node:assert/strict';
import type { ConcludedRecord } from '../../src/record/conclude.ts';
import { recordOf } from '../../src/record/start.ts';
import { type AuditRecord, auditRecordSchema } from '../../src/record/schema.ts';
import type { Outcome } from '../../src/terms/outcome.ts';

/** A record as it came out of an answer or a log line, held against the published schema. Throws where it does not fit. */
export function checkedRecord(value: unknown): AuditRecord {
  return auditRecordSchema.parse(value);
}

/** The same for a record that must be finished; also throws where it contradicts the contract's table of outcomes. */
export function concludedRecord(value: unknown): ConcludedRecord {
  const record = checkedRecord(value);
  const { outcome, status, completeTime } = record;
  assert.ok(outcome !== null && status !== null && completeTime !== null, 'a finished record says how it ended');
  const codes = outcome === 'BATCH' ? undefined : CODES[outcome];
  if (codes !== undefined) assert.equal(status.name, codes, `status of ${outcome}`);
  const watched = record.cancelAttempts > 0 || record.operationBefore?.requestedCancellation === true;
  if (!watched) assert.equal(record.operationAfter, null, 'nothing was sent or watched');
  assert.ok(record.receiveTime <= completeTime, 'it is finished after it came');
  for (const time of timesOf(record)) assert.ok(isTime(time), `${time} is no time of RFC 3339 in UTC`);
  return { ...record, outcome, status, completeTime };
}

function timesOf({ receiveTime, completeTime, trigger, operationBefore, operationAfter }: AuditRecord): string[] {
  const ofOperations = [operationBefore, operationAfter].flatMap((state) => [state?.createTime, state?.endTime]);
  const times = [receiveTime, completeTime, trigger.eventTime, ...ofOperations];
  return times.filter((time) => typeof time === 'string');
}

/** Whether a day and a time of day are meant that there are, in a year that BigQuery knows. */
function isTime(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(text)) return false;
  const milliseconds = Date.parse(text);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(text.slice(0, 19));
}

/** The code of each outcome that has one code only. Source: the contract's table of outcomes. */
const CODES: Readonly<Partial<Record<Outcome, string>>> = {
  CANCELLED: 'OK',
  CANCEL_REQUESTED: 'OK',
  COMPLETED: 'OK',
  FAILED: 'OK',
  ALREADY_DONE: 'OK',
  VALIDATED: 'OK',
  INVALID: 'INVALID_ARGUMENT',
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  DENIED: 'PERMISSION_DENIED',
  EXPIRED: 'FAILED_PRECONDITION',
  NOT_FOUND: 'NOT_FOUND',
  UNSUPPORTED: 'UNIMPLEMENTED',
};

/** A record of which nothing is known but that its request came. */
export function freshRecord(): AuditRecord {
  return recordOf({
    headers: {},
    remoteAddress: undefined,
    trace: null,
    runtime: { serviceAccount: null, service: null, revision: null, version: '1.0.0' },
    trigger: { type: 'WEBHOOK', deliveryId: null, source: null, eventTime: null, deliveryAttempt: null },
    now: Date.parse('2026-11-22T10:15:00.000Z'),
  });
}
