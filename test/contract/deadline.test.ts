import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { Writable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { startFunction } from '../support/function.ts';
import { concludedRecord } from '../support/record.ts';
import { until } from '../support/until.ts';
import { ask } from './ask.ts';
import { startHeldStage } from './held-stage.ts';

const REQUEST_DEADLINE = '0.6s';

/** Milliseconds that a busy machine may add. */
const SLACK = 1000;

const HANG = { kind: 'hang' } as const;

type Ended = { outcome: string; name: string; http: number; attempts: number };

describe('section 7: REQUEST_DEADLINE', () => {
  let emulator: Emulator;

  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.close());
  beforeEach(() => emulator.reset());

  const settings = (env: Record<string, string> = {}) => ({
    ...emulator.environment,
    ALLOWED_PARENTS: 'projects/*/locations/*',
    REQUEST_DEADLINE,
    ...env,
  });

  /** Posts, and holds against the deadline how long the answer takes. */
  async function timed(fn: { url: string }, command: unknown): Promise<Ended> {
    const began = performance.now();
    const { http, text } = await ask(fn.url, { body: JSON.stringify(command) });
    const took = performance.now() - began;
    assert.ok(took < 600 + SLACK, `answered after ${Math.round(took)} ms`);
    const { outcome, status, cancelAttempts } = concludedRecord(JSON.parse(text));
    return { outcome, name: status.name, http, attempts: cancelAttempts };
  }

  const late: Ended = { outcome: 'ERROR', name: 'DEADLINE_EXCEEDED', http: 504, attempts: 0 };

  it('holds wherever Datastream hangs', async () => {
    await using fn = await startFunction(settings());
    const afterCancel = (name: string) => () =>
      emulator.operation(name)?.requestedCancellation === true ? HANG : undefined;
    const [read, cancel, applied, after] = emulator.startOperations(4, () => ({ onCancel: { kind: 'neverEnds' } }));
    assert.ok(read && cancel && applied && after);
    emulator.fault({ on: 'get', name: read, fault: HANG });
    emulator.fault({ on: 'cancel', name: cancel, fault: HANG });
    emulator.fault({ on: 'cancel', name: applied, fault: { kind: 'hang', apply: true } });
    emulator.fault({ on: 'get', name: after, fault: afterCancel(after) });
    emulator.fault({ on: 'list', fault: HANG });
    const { parent } = emulator;
    const commands = [
      ...[read, cancel, applied, after].map((name) => ({ name })),
      { parent, select: { minAge: '0s' } },
    ];
    const ended = await Promise.all(commands.map((command) => timed(fn, command)));
    const unknown = { outcome: 'UNKNOWN', name: 'DEADLINE_EXCEEDED', http: 504, attempts: 1 };
    assert.deepEqual(ended, [late, unknown, unknown, unknown, late]);
    assert.equal(fn.lines.filter((line) => line.includes('"phase":"RESULT"')).length, 5);
  });

  it('holds where Datastream answers drop by drop', async () => {
    await using fn = await startFunction(settings());
    const name = emulator.startOperation();
    emulator.fault({ on: 'get', fault: { kind: 'slow', afterMs: 3000 } });
    assert.deepEqual(await timed(fn, { name }), late);
  });

  it('holds where the metadata server gives no token', async () => {
    await using fn = await startFunction(settings());
    emulator.fault({ on: 'token', fault: HANG });
    const ended = await timed(fn, { name: emulator.startOperation() });
    assert.deepEqual(ended, { outcome: 'ERROR', name: 'UNAVAILABLE', http: 503, attempts: 0 });
  });

  it('holds where the metadata server does not say who the function is', async () => {
    emulator.fault({ on: 'metadata', fault: HANG });
    await using fn = await startFunction(settings());
    const { outcome, attempts } = await timed(fn, { name: emulator.startOperation() });
    assert.deepEqual({ outcome, attempts }, { outcome: 'ERROR', attempts: 0 });
  });

  it('holds where the log is not read', async () => {
    await using fn = await startFunction(settings(), { stdout: new Writable({ write: () => undefined }) });
    const ended = await timed(fn, { name: emulator.startOperation() });
    assert.deepEqual(ended, { outcome: 'ERROR', name: 'UNAVAILABLE', http: 503, attempts: 0 });
    assert.equal(emulator.counts.requests.cancel, 0);
  });

  it('holds where the log is not read and many operations are to be cancelled', async () => {
    const stdout = new Writable({ write: () => undefined });
    await using fn = await startFunction(settings({ MAX_OPERATIONS: '300' }), { stdout });
    emulator.startOperations(300, () => ({}));
    const { http, attempts } = await timed(fn, { parent: emulator.parent, select: { minAge: '0s' } });
    assert.deepEqual([http, attempts], [503, 0]);
    assert.equal(emulator.counts.requests.cancel, 0);
  });

  it('holds where the body of the request does not come to its end', async () => {
    await using fn = await startFunction(settings());
    const began = performance.now();
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    const outgoing = request(fn.url, { method: 'POST' }, (incoming) => resolve(incoming.statusCode));
    outgoing.on('error', () => undefined);
    outgoing.write('{');
    assert.equal(await promise, 504);
    assert.ok(performance.now() - began < 600 + SLACK);
    outgoing.destroy();
  });

  it('may be longer than a timer of Node.js', async () => {
    await using fn = await startFunction(settings({ REQUEST_DEADLINE: '3000000s' }));
    const outgoing = request(fn.url, { method: 'POST' });
    const answered = once(outgoing, 'response');
    outgoing.write('{"name":');
    await sleep(20);
    outgoing.end(`"${emulator.startOperation()}"}`);
    const [incoming] = await answered;
    assert.equal(concludedRecord(JSON.parse(await textOf(incoming))).outcome, 'CANCELLED');
  });

  it('does not let what comes too late do anything', async () => {
    await using fn = await startFunction(settings({ REQUEST_DEADLINE: '0.2s' }));
    const name = emulator.startOperation();
    emulator.fault({ on: 'get', times: 1, fault: { kind: 'slow', afterMs: 400 } });
    assert.deepEqual(await timed(fn, { name }), late);
    await until('the late answer', () =>
      emulator.requests.some(({ kind, status }) => kind === 'get' && status === 200),
    );
    assert.equal((await timed(fn, 'nonsense')).outcome, 'INVALID');
    assert.equal(emulator.counts.requests.cancel, 0);
    assert.equal(fn.lines.length, 2);
  });

  describe('cuts retries', () => {
    it('so that everything ends within it', async () => {
      await using stage = await startHeldStage({ env: { REQUEST_DEADLINE: '5s' } });
      const name = stage.emulator.startOperation();
      stage.emulator.fault({ on: 'datastream', fault: { kind: 'error', error: { code: 'UNAVAILABLE' } } });
      const { http, record } = await stage.act({ name });
      assert.deepEqual([http, record.outcome, record.status.name], [503, 'ERROR', 'UNAVAILABLE']);
      assert.deepEqual(stage.clock.sleeps, [500, 1000, 2000]);
    });

    it('where Datastream asks for a pause that is longer than what is left, without waiting', async () => {
      await using stage = await startHeldStage();
      const name = stage.emulator.startOperation();
      const error = { code: 'RESOURCE_EXHAUSTED', retryAfter: '3600' } as const;
      stage.emulator.fault({ on: 'get', fault: { kind: 'error', error } });
      const { http, headers, record } = await stage.act({ name });
      assert.deepEqual([http, record.status.name, headers['retry-after']], [429, 'RESOURCE_EXHAUSTED', '3600']);
      assert.deepEqual(stage.clock.sleeps, []);
      assert.deepEqual(stage.calls(), ['get']);
    });

    it('of a lost cancel, and then reads once whether it was taken', async () => {
      await using stage = await startHeldStage({ env: { REQUEST_DEADLINE: '2s' } });
      const name = stage.emulator.startOperation();
      stage.emulator.fault({ on: 'cancel', fault: { kind: 'resetBefore' } });
      const { record } = await stage.act({ name });
      assert.deepEqual([record.outcome, record.status.name, record.cancelAttempts], ['ERROR', 'UNAVAILABLE', 3]);
      assert.equal(stage.calls().at(-1), 'get');
      assert.deepEqual(stage.clock.sleeps, [500, 1000]);
    });
  });
});
