import type { Writable } from 'node:stream';
import type { Deadline } from '../terms/clock.ts';
import { type Outcome, severityOf } from '../terms/outcome.ts';
import type { ConcludedRecord } from './conclude.ts';
import type { AuditRecord } from './schema.ts';

/** Writes entries; each write resolves with whether the line is out. Neither rejects. */
export type AuditLog = {
  /** Before the first `:cancel` of a request. Where it brings false, nothing may be cancelled. */
  intent: (record: AuditRecord, deadline: Deadline) => Promise<boolean>;
  /** Once for every request, before its answer. */
  result: (record: ConcludedRecord) => Promise<boolean>;
};

const PRODUCER = 'datastream-operation-cancel';

/**
 * Most milliseconds that an INTENT has to leave the process. It has more than a RESULT, which stands between the work and the
 * answer: a reader that is slow for a moment must not cost a cancellation.
 */
const INTENT_TIMEOUT = 5000;

/** Most bytes that may wait for the reader, so that one that has stopped does not fill the memory: first INTENTs are refused. */
const MOST_WAITING_INTENT = 1024 * 1024;
const MOST_WAITING_RESULT = 16 * 1024 * 1024;

/**
 * The audit log on `stdout`, where Cloud Logging reads one JSON object a line. The special keys are those of its agent for
 * structured logging.
 *
 * @param resultTimeout milliseconds that a RESULT has to leave the process
 */
export function auditLog(stdout: Writable, resultTimeout: number): AuditLog {
  // A reader that is gone shows as an error of each write; as an event it would end the process.
  stdout.on('error', () => {});
  const writeIntent = lineWriter(stdout, MOST_WAITING_INTENT);
  const writeResult = lineWriter(stdout, MOST_WAITING_RESULT);

  return {
    intent: (record, deadline) => {
      const labels = { trigger: record.trigger.type };
      const message = `INTENT to cancel ${record.resourceName}${askedBy(record)}.`;
      const special = keys(record, labels, { first: true });
      const entry = { severity: 'NOTICE', message, ...special, phase: 'INTENT', audit: record };
      return writeIntent(JSON.stringify(entry), Math.min(INTENT_TIMEOUT, deadline.left()));
    },
    result: (record) => {
      const labels = { outcome: record.outcome, trigger: record.trigger.type };
      const severity = severityOf(record.outcome, record.status);
      const special = keys(record, labels, { last: true });
      const audit = { ...record, results: null };
      const entry = { severity, message: sentence(record), ...special, phase: 'RESULT', audit };
      return writeResult(JSON.stringify(entry), resultTimeout);
    },
  };
}

function keys(record: AuditRecord, labels: Record<string, string>, place: { first?: true; last?: true }) {
  const { trace } = record.requestMetadata;
  return {
    ...(trace !== null && { 'logging.googleapis.com/trace': trace }),
    'logging.googleapis.com/operation': { id: record.auditId, producer: PRODUCER, ...place },
    'logging.googleapis.com/labels': labels,
  };
}

/**
 * Makes what writes a line, in one write so that lines of requests at the same time do not mix, and tells whether it left the
 * process in time. Where a line was late, the next ones are still written but not waited for until one is out: a reader that
 * has stopped costs its patience once.
 *
 * @param mostWaiting bytes that may wait for the reader; with more, a line is not written
 */
function lineWriter(stdout: Writable, mostWaiting: number): (line: string, timeout: number) => Promise<boolean> {
  let stalled = false;
  return (line, timeout) =>
    new Promise((resolve) => {
      if (stdout.writableLength > mostWaiting) return resolve(false);
      const giveUp = () => {
        stalled = true;
        resolve(false);
      };
      const late = setTimeout(giveUp, stalled ? 0 : timeout);
      stdout.write(`${line}\n`, (error) => {
        stalled = false;
        clearTimeout(late);
        resolve(error === null || error === undefined);
      });
    });
}

const SENTENCES: Readonly<Record<Outcome | 'BATCH', string>> = {
  CANCELLED: 'was cancelled',
  CANCEL_REQUESTED: 'was asked to cancel and still runs',
  COMPLETED: 'completed in spite of the cancel',
  FAILED: 'failed in spite of the cancel',
  ALREADY_DONE: 'was done already',
  VALIDATED: 'is running and would have been cancelled',
  INVALID: 'the request is malformed',
  UNAUTHENTICATED: 'the caller could not be identified',
  DENIED: 'is not allowed',
  EXPIRED: 'the message is too old',
  NOT_FOUND: 'is not known to Datastream',
  UNSUPPORTED: 'cannot be cancelled',
  ERROR: 'was not cancelled',
  UNKNOWN: 'may have been cancelled',
  BATCH: 'had its operations selected',
};

/** What happened, for a person who reads the log. */
function sentence(record: ConcludedRecord): string {
  const { outcome, resourceName, status } = record;
  const subject = resourceName === null ? '' : ` ${resourceName}`;
  const more = status.message === '' ? '' : ` ${status.message}`;
  return `${outcome}:${subject} ${SENTENCES[outcome]}${askedBy(record)}.${more}`;
}

/** The trigger, the principal where one is known, and the source, which is only what the delivery says of itself. */
function askedBy({ authenticationInfo, trigger }: AuditRecord): string {
  const by = authenticationInfo.principalEmail === null ? '' : `, by ${authenticationInfo.principalEmail}`;
  const from = trigger.source === null ? '' : `, from ${trigger.source}`;
  return ` (${trigger.type}${by}${from})`;
}
