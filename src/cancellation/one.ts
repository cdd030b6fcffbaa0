import type { CancelOne } from '../command/read.ts';
import type { Session } from '../google/datastream.ts';
import type { Report } from '../record/conclude.ts';
import type { AuditRecord } from '../record/schema.ts';
import { carryOut, type Tools } from './carry-out.ts';
import { looker } from './look.ts';

/** Cancels one operation whose parent is allowed, and records it. Never rejects. */
export async function cancelOne(
  command: CancelOne,
  record: AuditRecord,
  session: Session,
  tools: Tools,
): Promise<Report> {
  const { name } = command;
  const before = await session.get(name);
  const [report] = await carryOut([{ name, record, before }], { ...command, session, look: looker(session) }, tools);
  if (report === undefined) throw new Error('An operation was left without a report.');
  return report;
}
