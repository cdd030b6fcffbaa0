import { Writable } from 'node:stream';
import * as z from 'zod';
import type { AuditRecord } from '../../src/record/schema.ts';
import { checkedRecord } from '../support/record.ts';

/** The audit log of a function, each line of it read as it is written. Keys are auditIds. */
export type WatchedLog = {
  stdout: Writable;
  intents: Map<string, AuditRecord>;
  /** The operations of all INTENTs, kept when those are forgotten: a cancel may arrive after its answer. */
  intended: Map<string, string | null>;
  results: Map<string, AuditRecord>;
  /** What must never be: a second entry of the same kind, a line with a credential in it. */
  faults: string[];
};

const line = z.object({ phase: z.enum(['INTENT', 'RESULT']), audit: z.unknown() });

/** Makes a log that is watched. */
export function watchedLog(): WatchedLog {
  const log: WatchedLog = {
    stdout: new Writable(),
    intents: new Map(),
    intended: new Map(),
    results: new Map(),
    faults: [],
  };
  log.stdout._write = (chunk: Buffer, _encoding, done) => {
    for (const text of chunk.toString('utf8').split('\n').filter(Boolean)) watch(text, log);
    done();
  };
  return log;
}

function watch(text: string, { intents, intended, results, faults }: WatchedLog): void {
  const { phase, audit } = line.parse(JSON.parse(text));
  const record = checkedRecord(audit);
  const entries = phase === 'INTENT' ? intents : results;
  if (entries.has(record.auditId)) faults.push(`a second ${phase} of ${record.auditId}`);
  entries.set(record.auditId, record);
  if (phase === 'INTENT') intended.set(record.auditId, record.resourceName);
  if (text.includes('ya29.')) faults.push(`a credential in the ${phase} of ${record.auditId}`);
}
