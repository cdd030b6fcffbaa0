import assert from 'node:assert/strict';
import type { AuditRecord } from '../../src/record/schema.ts';
import { entryOf } from '../support/entry.ts';
import type { FunctionProcess } from '../support/process.ts';
import { checkedRecord } from '../support/record.ts';
import { until } from '../support/until.ts';
import { type Sent, send } from './post.ts';
import { assertNothingSecret, secretsOf } from './secrets.ts';

/** Sends requests one after another, and brings their records; asserts that nothing secret of them came out. */
export async function ask(running: FunctionProcess, requests: readonly Sent[]): Promise<AuditRecord[]> {
  const records: AuditRecord[] = [];
  for (const sent of requests) {
    const { body } = await send(running.url, sent);
    assertNothingSecret([body], secretsOf(sent));
    records.push(checkedRecord(JSON.parse(body)));
  }
  // In development the framework tells where it listens, in lines of its own.
  const entries = () => running.lines.filter((line) => line.startsWith('{')).map(entryOf);
  const results = () => entries().filter(({ phase }) => phase === 'RESULT');
  await until('a line for each request', () => results().length >= requests.length);
  assert.equal(results().length, requests.length);
  assertNothingSecret([...running.lines, running.stderr()], requests.flatMap(secretsOf));
  return records;
}

/** Asserts that stdout has entries and nothing else, and stderr nothing. */
export function assertQuiet({ lines, stderr }: FunctionProcess): void {
  lines.map(entryOf);
  assert.equal(stderr(), '');
}
