import * as z from 'zod';
import { ACCENTS, type Screen } from '../demo/view/screen.ts';

/** As much of an audit entry as a line shows: the developer may be about to change the rest. */
const entrySchema = z.object({
  severity: z.enum(['NOTICE', 'WARNING', 'ERROR']),
  phase: z.enum(['INTENT', 'RESULT']),
  audit: z.object({
    outcome: z.string().nullable(),
    resourceName: z.string().nullable(),
    status: z.object({ message: z.string() }).nullable(),
    trigger: z.object({ type: z.string() }),
    receiveTime: z.string(),
    completeTime: z.string().nullable(),
    parentAuditId: z.string().nullable(),
  }),
});

/** A line of the function's stdout for a person: an entry of the audit log in columns, anything else as it is. */
export function logLine(line: string, style: Screen['style']): string {
  const entry = entrySchema.safeParse(jsonOf(line));
  if (!entry.success) return line;
  const { severity, phase, audit } = entry.data;
  const { outcome, resourceName, status, trigger, receiveTime, completeTime } = audit;
  const accent = ACCENTS[severity];
  return [
    style('dim', timeOfDay(completeTime ?? receiveTime)),
    style(accent, severity.padEnd(7)),
    style(phase === 'INTENT' ? accent : [accent, 'bold'], (outcome ?? phase).padEnd(16)),
    style('dim', trigger.type.padEnd(9)),
    shortened(resourceName ?? '(no resource)'),
    ...(status === null || status.message === '' ? [] : [status.message]),
  ].join('  ');
}

/** Whether a line is the last one about a request: the RESULT, for a batch that of the whole. */
export function endsRequest(line: string): boolean {
  const entry = entrySchema.safeParse(jsonOf(line));
  return entry.success && entry.data.phase === 'RESULT' && entry.data.audit.parentAuditId === null;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The time on the clock of this machine, HH:MM:SS. */
function timeOfDay(time: string): string {
  return new Date(time).toTimeString().slice(0, 8);
}

/** A name without what all of its kind begin with. */
function shortened(name: string): string {
  return name.replace(/^projects\/[^/]+\/(?:locations\/[^/]+\/operations\/)?/, '');
}
