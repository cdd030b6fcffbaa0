import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { entryOf } from '../support/entry.ts';
import { type FunctionUnderTest, startFunction } from '../support/function.ts';
import { concludedRecord } from '../support/record.ts';
import { until } from '../support/until.ts';
import { ask } from './ask.ts';

type Phase = 'INTENT' | 'RESULT';

/** Decides about a line: undefined lets it through, a promise holds it, and one that rejects loses it. */
type Gate = (phase: Phase) => Promise<void> | undefined;

describe('section 6: the audit log as evidence', () => {
  let emulator: Emulator;

  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.close());
  beforeEach(() => emulator.reset());

  /** The function with a stdout that has a gate; `written` are the lines that got through. */
  async function gated(gate: Gate): Promise<FunctionUnderTest & { written: string[] }> {
    const written: string[] = [];
    const stdout = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        const line = chunk.toString('utf8');
        const passed = gate(entryOf(line).phase) ?? Promise.resolve();
        passed.then(
          () => {
            written.push(line);
            done();
          },
          (error: Error) => done(error),
        );
      },
    });
    return { ...(await startFunction({ ...emulator.environment, DEFAULT_WAIT: '0s' }, { stdout })), written };
  }

  const answerOf = async (fn: { url: string }, command: unknown) => {
    const { http, text } = await ask(fn.url, { body: JSON.stringify(command) });
    return { http, record: concludedRecord(JSON.parse(text)) };
  };

  /** Long enough for a request that had been sent to have arrived at the emulator. */
  async function roundTrips(): Promise<void> {
    for (let trip = 0; trip < 5; trip += 1) await ask(emulator.url, { method: 'GET' });
  }

  const lost = () => Promise.reject(new Error('write ENOSPC'));

  it('holds the cancel until the INTENT is written', async () => {
    const { promise: hold, resolve: release } = Promise.withResolvers<void>();
    let waiting = false;
    await using fn = await gated((phase) => {
      if (phase === 'RESULT') return undefined;
      waiting = true;
      return hold;
    });
    const name = emulator.startOperation();
    const answer = answerOf(fn, { name });
    await until('the INTENT', () => waiting);
    await roundTrips();
    assert.equal(emulator.counts.requests.cancel, 0);
    release();
    assert.equal((await answer).record.outcome, 'CANCELLED');
    assert.deepEqual(
      fn.written.map((line) => entryOf(line).phase),
      ['INTENT', 'RESULT'],
    );
  });

  it('holds the answer until the RESULT is written', async () => {
    const { promise: hold, resolve: release } = Promise.withResolvers<void>();
    let waiting = false;
    let answered = false;
    await using fn = await gated((phase) => {
      if (phase === 'INTENT') return undefined;
      waiting = true;
      return hold;
    });
    const answer = answerOf(fn, { name: emulator.startOperation() }).finally(() => {
      answered = true;
    });
    await until('the RESULT', () => waiting);
    await roundTrips();
    assert.equal(answered, false);
    release();
    assert.equal((await answer).record.outcome, 'CANCELLED');
  });

  it('cancels nothing where the INTENT cannot be written, and says so with 503', async () => {
    await using fn = await gated((phase) => (phase === 'INTENT' ? lost() : undefined));
    const name = emulator.startOperation();
    const { http, record } = await answerOf(fn, { name });
    assert.deepEqual([http, record.outcome, record.status.name], [503, 'ERROR', 'UNAVAILABLE']);
    assert.match(record.status.message, /audit log/);
    assert.deepEqual([record.cancelAttempts, record.operationAfter], [0, null]);
    assert.equal(record.operationBefore?.done, false);
    assert.equal(emulator.counts.requests.cancel, 0);
    assert.deepEqual(fn.written, []);
  });

  it('cancels nothing from then on', async () => {
    let broken = false;
    await using fn = await gated(() => (broken ? lost() : undefined));
    assert.equal((await answerOf(fn, { name: emulator.startOperation() })).record.outcome, 'CANCELLED');
    broken = true;
    for (let count = 0; count < 3; count += 1) {
      assert.equal((await answerOf(fn, { name: emulator.startOperation() })).http, 503);
    }
    assert.equal(emulator.counts.requests.cancel, 1);
  });

  it('tells the truth where the cancel was sent and only the RESULT cannot be written', async () => {
    await using fn = await gated((phase) => (phase === 'RESULT' ? lost() : undefined));
    const name = emulator.startOperation();
    const { http, record } = await answerOf(fn, { name });
    assert.deepEqual([http, record.outcome, record.cancelAttempts], [200, 'CANCELLED', 1]);
  });

  for (const { what, command, start } of [
    { what: 'validates', command: { validateOnly: true }, start: {} },
    { what: 'names a done operation', command: {}, start: { endsByItself: { kind: 'completes' } } },
    { what: 'is malformed', command: { wait: 5 }, start: {} },
  ] as const) {
    it(`answers 503 to a command that ${what} where its RESULT cannot be written`, async () => {
      await using fn = await gated(lost);
      const { http, record } = await answerOf(fn, { name: emulator.startOperation(start), ...command });
      assert.deepEqual([http, record.outcome, record.status.name], [503, 'ERROR', 'UNAVAILABLE']);
      assert.equal(emulator.counts.requests.cancel, 0);
    });
  }

  it('asks Pub/Sub to deliver again what could not be recorded', async () => {
    await using fn = await gated(lost);
    const data = Buffer.from(emulator.startOperation()).toString('base64');
    const { http } = await answerOf(fn, { message: { data, messageId: '1' }, subscription: 's' });
    assert.equal(http, 503);
  });

  for (const state of ['ended', 'destroyed'] as const) {
    it(`cancels nothing where stdout is ${state}`, async () => {
      const stdout = new Writable({ write: (_chunk, _encoding, done) => done() });
      await using fn = await startFunction({ ...emulator.environment, DEFAULT_WAIT: '0s' }, { stdout });
      if (state === 'ended') stdout.end();
      else stdout.destroy();
      const { http, record } = await answerOf(fn, { name: emulator.startOperation() });
      assert.deepEqual([http, record.outcome, emulator.counts.requests.cancel], [503, 'ERROR', 0]);
    });
  }

  it('answers what was cancelled although the summary of a batch is lost, and fails where nothing was', async () => {
    let results = 0;
    await using fn = await gated((phase) => {
      if (phase === 'RESULT') results += 1;
      return phase === 'RESULT' && results % 2 === 0 ? lost() : undefined;
    });
    const parent = emulator.startOperation().replace(/\/operations\/.*/, '');
    const sweep = { parent, select: { verbs: ['create'] } };
    const { http, record } = await answerOf(fn, sweep);
    assert.deepEqual([http, record.outcome, record.counts?.CANCELLED], [200, 'BATCH', 1]);
    emulator.startOperation();
    const failed = await answerOf(fn, { ...sweep, validateOnly: true });
    assert.deepEqual([failed.http, failed.record.outcome, failed.record.status.name], [503, 'ERROR', 'UNAVAILABLE']);
  });
});
