import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ConcludedRecord } from '../../src/record/conclude.ts';
import { concludedRecord } from '../support/record.ts';

const run = promisify(execFile);

/** The lines of the last curl command that was printed after `heading`. Throws where there is none. */
export function commandAfter(heading: string, printed: string): string {
  const after = printed.slice(printed.lastIndexOf(heading));
  return /^ {4}curl (?:.*\\\n)*.*$/m.exec(after)?.[0] ?? assert.fail(`no command after ${heading}`);
}

/** Does what a curl command says, as a shell reads it; curl itself need not be installed. */
export async function perform(command: string): Promise<Response> {
  const { stdout } = await run('sh', ['-c', `curl() { printf '%s\\0' "$@"; }\n${command}`]);
  const words = stdout.split('\0').slice(0, -1);
  const headers = new Headers();
  let body = '';
  let url = '';
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '-H') {
      const [name = '', value = ''] = (words.shift() ?? '').split(': ');
      headers.set(name, value);
    } else if (word === '-d') body = words.shift() ?? '';
    else if (word === '-w') assert.equal(words.shift(), '\\n');
    else if (word !== '-sS') url = word;
  }
  return fetch(url, { method: 'POST', headers, body });
}

/** The same for a command that is answered with a record. */
export async function performForRecord(command: string): Promise<ConcludedRecord> {
  const response = await perform(command);
  return concludedRecord(await response.json());
}
