import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import request from 'supertest';
import * as z from 'zod';
import type { AuditRecord } from '../../src/record/schema.ts';
import { systemClock } from '../../src/terms/clock.ts';
import { checkedRecord } from '../support/record.ts';

/** One line of the audit log, of what is looked at here. */
export type Entry = { severity: string; phase: 'INTENT' | 'RESULT'; id: string; audit: AuditRecord };

/** What a sweep came to: the answer, and what was logged meanwhile. */
export type Swept = {
  http: number;
  headers: Readonly<Record<string, string>>;
  summary: AuditRecord & { status: NonNullable<AuditRecord['status']> };
  results: AuditRecord[];
  entries: Entry[];
};

const line = z.object({
  severity: z.string(),
  phase: z.enum(['INTENT', 'RESULT']),
  'logging.googleapis.com/operation': z.object({ id: z.string() }),
  audit: z.unknown(),
});

/** Posts a body as it is, and brings its record with what was logged meanwhile. Only one at a time. */
export async function sweep(
  fn: { server: Server; lines: readonly string[] },
  command: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Swept> {
  const from = fn.lines.length;
  const response = await request(fn.server).post('/').set(headers).send(JSON.stringify(command));
  const summary = checkedRecord(response.body);
  assert.ok(summary.status !== null);
  return {
    http: response.status,
    headers: response.headers,
    summary: { ...summary, status: summary.status },
    results: summary.results ?? [],
    entries: fn.lines.slice(from).map(entryOf),
  };
}

/** The names of the operations that the results are about, without their parent, in the order of the results. */
export function idsOf({ results }: Swept): (string | undefined)[] {
  return results.map(({ resourceName }) => resourceName?.split('/').at(-1));
}

function entryOf(text: string): Entry {
  const { severity, phase, audit, 'logging.googleapis.com/operation': operation } = line.parse(JSON.parse(text));
  return { severity, phase, id: operation.id, audit: checkedRecord(audit) };
}

/** Pauses take a fiftieth of their time, deadlines all of it. */
export const hastyClock = { ...systemClock, sleep: (ms: number) => systemClock.sleep(ms / 50) };

let locations = 0;

/** A location that no other test has, so that a list of it holds what the test put there and nothing else. */
export function freshLocation(): string {
  locations += 1;
  return `region-${locations}`;
}
