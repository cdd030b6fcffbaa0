import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmulator } from '../emulator/emulator.ts';
import { entryOf } from '../support/entry.ts';
import { startFunction } from '../support/function.ts';
import { concludedRecord } from '../support/record.ts';
import { until } from '../support/until.ts';
import { ask } from './ask.ts';

describe('section 6: a reader of stdout that is slow', () => {
  it('loses neither a cancellation nor a line where it pauses for a second under 100 requests at once', async () => {
    await using emulator = await startEmulator();
    const lines: string[] = [];
    let paused = sleep(1000);
    const stdout = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        void paused.then(() => {
          lines.push(chunk.toString('utf8'));
          done();
        });
      },
    });
    await using fn = await startFunction({ ...emulator.environment, DEFAULT_WAIT: '0s' }, { stdout });
    const long = 's'.repeat(1024);
    const names = emulator.startOperations(100, () => ({ statusMessage: long, target: long }));
    const reason = '\u{10ffff}'.repeat(256);
    const answers = await Promise.all(names.map((name) => ask(fn.url, { body: JSON.stringify({ name, reason }) })));
    for (const { text } of answers) assert.equal(concludedRecord(JSON.parse(text)).outcome, 'CANCELLED');
    paused = Promise.resolve();
    await until('all lines', () => lines.length === 200);
    const results = lines.map(entryOf).filter(({ phase }) => phase === 'RESULT');
    assert.equal(new Set(results.map(({ audit }) => audit.auditId)).size, 100);
  });

  it('has the RESULT of every cancel that was sent, however much is waiting', async () => {
    await using emulator = await startEmulator();
    const lines: string[] = [];
    let hold: Promise<void> = Promise.resolve();
    const stdout = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        const line = chunk.toString('utf8');
        void (entryOf(line).phase === 'INTENT' ? Promise.resolve() : hold).then(() => {
          lines.push(line);
          done();
        });
      },
    });
    await using fn = await startFunction({ ...emulator.environment, DEFAULT_WAIT: '0s' }, { stdout });
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = promise;
    // All INTENTs are out before the first cancel is answered, so that only RESULTs wait.
    const count = 150;
    emulator.setLatency(300);
    const long = 's'.repeat(1024);
    const wide = '\u{10ffff}'.repeat(500);
    const names = emulator.startOperations(count, () => ({ statusMessage: wide, target: wide, verb: long }));
    const reason = '\u{10ffff}'.repeat(256);
    const answers = await Promise.all(names.map((name) => ask(fn.url, { body: JSON.stringify({ name, reason }) })));
    for (const { text } of answers) assert.equal(concludedRecord(JSON.parse(text)).outcome, 'CANCELLED');
    resolve();
    await until('all lines', () => lines.length === 2 * count);
  });
});
