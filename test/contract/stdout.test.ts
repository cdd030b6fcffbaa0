import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { entryOf } from '../support/entry.ts';
import { type FunctionProcess, spawnFunction } from '../support/process.ts';
import { concludedRecord } from '../support/record.ts';
import { until } from '../support/until.ts';
import { ask } from './ask.ts';

const EXECUTION_ID = { LOG_EXECUTION_ID: 'true' };

describe('section 6: the stdout of a real process', () => {
  let emulator: Emulator;

  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.close());
  beforeEach(() => emulator.reset());

  const settings = () => ({ ...emulator.environment, DEFAULT_WAIT: '0s', REQUEST_DEADLINE: '20s' });

  const answerOf = async (fn: { url: string }, command: unknown) => {
    const { http, text } = await ask(fn.url, { body: JSON.stringify(command) });
    return { http, record: concludedRecord(JSON.parse(text)) };
  };

  async function assertNothingCancelled(fn: FunctionProcess): Promise<void> {
    for (let count = 0; count < 2; count += 1) {
      const { http, record } = await answerOf(fn, { name: emulator.startOperation() });
      assert.deepEqual([http, record.outcome, record.status.name], [503, 'ERROR', 'UNAVAILABLE']);
    }
    assert.equal(emulator.counts.requests.cancel, 0);
    assert.equal(fn.child.exitCode, null, 'it goes on running');
  }

  for (const env of [{}, EXECUTION_ID]) {
    const also = 'LOG_EXECUTION_ID' in env ? ', LOG_EXECUTION_ID=true' : '';

    it(`has whole lines and exactly one RESULT each under 200 requests at once${also}`, async () => {
      await using fn = await spawnFunction({ ...settings(), ...env });
      const names = emulator.startOperations(200, () => ({}));
      // All lines together stay below the 1 MiB that may wait, so that a busy machine changes nothing.
      const reason = 'r'.repeat(256);
      const answers = await Promise.all(names.map((name) => answerOf(fn, { name, reason })));
      const entries = await until('400 lines', () => (fn.lines.length >= 400 ? fn.lines.map(entryOf) : undefined));
      assert.equal(entries.length, 400);
      assert.ok(Buffer.byteLength(fn.lines.join('\n')) < 1024 * 1024);
      for (const { http, record } of answers) {
        assert.deepEqual([http, record.outcome], [200, 'CANCELLED']);
        const own = entries.filter((entry) => entry['logging.googleapis.com/operation'].id === record.auditId);
        assert.deepEqual(
          own.map(({ phase }) => phase),
          ['INTENT', 'RESULT'],
        );
        assert.deepEqual(own[1]?.audit, record);
      }
      assert.equal(emulator.counts.requests.cancel, 200);
    });

    it(`cancels nothing where stdout is closed${also}`, async () => {
      await using fn = await spawnFunction({ ...settings(), ...env }, 'left');
      fn.child.stdout?.destroy();
      await assertNothingCancelled(fn);
    });

    it(`cancels nothing where stdout is full, as /dev/full is${also}`, async function () {
      if (!existsSync('/dev/full')) return this.skip();
      const full = openSync('/dev/full', 'w');
      try {
        await using fn = await spawnFunction({ ...settings(), ...env }, full);
        await assertNothingCancelled(fn);
      } finally {
        closeSync(full);
      }
    });
  }

  it('keeps labels, trace and operation with LOG_EXECUTION_ID=true, and adds its own', async () => {
    await using fn = await spawnFunction({ ...settings(), ...EXECUTION_ID });
    const headers = { 'function-execution-id': 'abc', 'x-cloud-trace-context': `${'a'.repeat(32)}/42;o=1` };
    await ask(fn.url, { headers, body: emulator.startOperation() });
    const [intent, result] = await until('two lines', () => (fn.lines.length >= 2 ? fn.lines.map(entryOf) : undefined));
    const labels = 'logging.googleapis.com/labels';
    assert.deepEqual(intent?.[labels], { trigger: 'WEBHOOK', execution_id: 'abc' });
    assert.deepEqual(result?.[labels], { outcome: 'CANCELLED', trigger: 'WEBHOOK', execution_id: 'abc' });
    for (const entry of [intent, result]) {
      assert.equal(entry?.['logging.googleapis.com/trace'], `projects/acme-data/traces/${'a'.repeat(32)}`);
    }
  });

  describe('a pipe that is full and never read', () => {
    let folder: string;
    let pipe: number;

    before(function () {
      if (process.platform === 'win32') this.skip();
      folder = mkdtempSync(join(tmpdir(), 'stdout-'));
      execFileSync('mkfifo', [join(folder, 'pipe')]);
      pipe = openSync(join(folder, 'pipe'), constants.O_RDWR | constants.O_NONBLOCK);
    });
    after(() => {
      if (folder === undefined) return;
      closeSync(pipe);
      rmSync(folder, { recursive: true });
    });

    /** Fills the pipe to its last byte with empty lines. */
    function fill(): void {
      for (const size of [4096, 1]) {
        try {
          for (;;) writeSync(pipe, '\n'.repeat(size));
        } catch (error) {
          assert.match(String(error), /EAGAIN/);
        }
      }
    }

    /** The lines that are in the pipe, empty ones left out. */
    function drain(): string {
      const chunk = Buffer.alloc(65_536);
      let text = '';
      try {
        for (;;) text += chunk.toString('utf8', 0, readSync(pipe, chunk));
      } catch (error) {
        assert.match(String(error), /EAGAIN/);
      }
      return text;
    }

    it('cancels nothing until it is read, and works again then, with whole lines', async () => {
      await using fn = await spawnFunction({ ...settings(), REQUEST_DEADLINE: '1s' }, pipe);
      fill();
      const [first, second] = [emulator.startOperation(), emulator.startOperation()];
      const refused = await Promise.all([answerOf(fn, { name: first }), answerOf(fn, { name: second })]);
      for (const { http, record } of refused) assert.deepEqual([http, record.outcome], [503, 'ERROR']);
      assert.equal(emulator.counts.requests.cancel, 0);

      let text = drain();
      const { http, record } = await answerOf(fn, { name: first });
      assert.deepEqual([http, record.outcome], [200, 'CANCELLED']);
      const isOver = () => text.includes(record.auditId) && text.split(record.auditId).length > 4;
      await until('the lines', () => {
        text += drain();
        return isOver();
      });
      const entries = text.split('\n').filter(Boolean).map(entryOf);
      const results = entries.filter(({ phase }) => phase === 'RESULT').map(({ audit }) => audit.auditId);
      assert.equal(new Set(results).size, results.length, 'no request has two results');
      assert.ok(results.includes(record.auditId));
      assert.deepEqual(emulator.operation(second)?.cancels.arrived, []);
    });
  });

  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    it(`has the INTENT of a process that ends by ${signal} in the middle of a cancel`, async () => {
      await using fn = await spawnFunction(settings());
      emulator.fault({ on: 'cancel', fault: { kind: 'hang', apply: true } });
      const name = emulator.startOperation();
      const answer = ask(fn.url, { body: name }).catch(() => undefined);
      await until('the cancel', () => emulator.operation(name)?.cancels.applied.length === 1);
      await fn.stop(signal);
      await answer;
      const [intent, ...more] = fn.lines.map(entryOf);
      assert.deepEqual(more, []);
      assert.deepEqual([intent?.phase, intent?.audit.resourceName], ['INTENT', name]);
    });
  }
});
