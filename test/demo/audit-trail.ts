import { isDeepStrictEqual } from 'node:util';
import type { ConcludedRecord } from '../../src/record/conclude.ts';
import { type Entry, entryOf } from '../support/entry.ts';
import { until } from '../support/until.ts';

/** What the audit log has about one record. */
export type Trail = {
  /** Such as `INTENT, RESULT`, in the order of the log. */
  readonly phases: string;
  /** Whether the RESULT says what the answer said. */
  readonly sameRecord: boolean;
};

/**
 * Reads what the audit log has about a record among `lines`, once its RESULT is there: the function writes it before it
 * answers, but the pipe may be slower than the answer. Throws where it does not come.
 */
export async function trailOf(record: ConcludedRecord, lines: readonly string[]): Promise<Trail> {
  const entries = await until(`the RESULT entry of ${record.auditId}`, () => {
    const found = entriesOf(record.auditId, lines);
    return found.some(({ phase }) => phase === 'RESULT') && found;
  });
  const result = entries.find(({ phase }) => phase === 'RESULT');
  return {
    phases: entries.map(({ phase }) => phase).join(', '),
    sameRecord: isDeepStrictEqual(result?.audit, { ...record, results: null }),
  };
}

function entriesOf(auditId: string, lines: readonly string[]): Entry[] {
  const entries = lines.filter((line) => line.includes(auditId)).map(entryOf);
  return entries.filter((entry) => entry['logging.googleapis.com/operation'].id === auditId);
}
