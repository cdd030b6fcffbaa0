import type { Writable } from 'node:stream';
import { atDeadline, type Deadline } from '../terms/clock.ts';
import { OUTCOMES, type Severity, severityOfBatch } from '../terms/outcome.ts';
import type { ConcludedRecord } from './conclude.ts';
import type { AuditRecord } from './schema.ts';
import { sentenceOfIntent, sentenceOfResult } from './sentence.ts';

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

  return {
    intent: (record, deadline) => {
      if (stdout.writableLength > MOST_WAITING_INTENT) return Promise.resolve(false);
      const labels = { trigger: record.trigger.type };
      const special = keys(record, labels, { first: true });
      const entry = { severity: 'NOTICE', message: sentenceOfIntent(record), ...special, phase: 'INTENT', audit: record };
      return writeLine(stdout, entry, (late) => atDeadline(deadline, late, INTENT_TIMEOUT));
    },
    result: (record) => {
      if (stdout.writableLength > MOST_WAITING_RESULT) return Promise.resolve(false);
      const labels = { outcome: record.outcome, trigger: record.trigger.type };
      const special = keys(record, labels, { last: true });
      const said = { severity: severityOf(record), message: sentenceOfResult(record) };
      const entry = { ...said, ...special, phase: 'RESULT', audit: { ...record, results: null } };
      return writeLine(stdout, entry, (late) => {
        const timer = setTimeout(late, resultTimeout);
        return () => clearTimeout(timer);
      });
    },
  };
}

function severityOf({ outcome, status, validateOnly }: ConcludedRecord): Severity {
  return outcome === 'BATCH' ? severityOfBatch(status, validateOnly) : OUTCOMES[outcome].severity;
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
 * Writes an entry in one write, so that lines of requests at the same time do not mix, and tells whether it left the process
 * before `limit` called what it is given. What is late is written all the same, but no longer waited for.
 */
function writeLine(stdout: Writable, entry: object, limit: (late: () => void) => () => void): Promise<boolean> {
  return new Promise((resolve) => {
    const off = limit(() => resolve(false));
    stdout.write(`${JSON.stringify(entry)}\n`, (error) => {
      off();
      resolve(error === null || error === undefined);
    });
  });
}
