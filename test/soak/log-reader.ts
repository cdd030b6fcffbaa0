import type { ChildProcess } from 'node:child_process';
import * as z from 'zod';

/** What the audit log of one or more processes tells, of what is counted here. */
export type ReadLog = {
  /** The operation of each INTENT, by auditId. */
  intents: Map<string, string>;
  /** How many RESULT entries each auditId has. */
  results: Map<string, number>;
  /** Reads the stdout of a process that has just been started, all of it. */
  read: (child: ChildProcess) => void;
};

const entry = z.object({
  phase: z.enum(['INTENT', 'RESULT']),
  audit: z.object({ auditId: z.string(), resourceName: z.string().nullable() }),
});

/** Makes a reader that has read nothing yet. A line that a kill cut off is left out. */
export function readLog(): ReadLog {
  const intents = new Map<string, string>();
  const results = new Map<string, number>();
  const take = (line: string) => {
    const { phase, audit } = entry.parse(JSON.parse(line));
    if (phase === 'INTENT') intents.set(audit.auditId, audit.resourceName ?? '');
    else results.set(audit.auditId, (results.get(audit.auditId) ?? 0) + 1);
  };
  return {
    intents,
    results,
    read({ stdout }) {
      let rest = '';
      stdout?.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) take(line);
      });
    },
  };
}
