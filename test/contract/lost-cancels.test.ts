import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { mock } from 'node:test';
import { startEmulator } from '../emulator/emulator.ts';
import { listen } from '../emulator/listen.ts';
import type { Fault } from '../emulator/schema.ts';
import { concludedRecord } from '../support/record.ts';
import { until } from '../support/until.ts';
import { ask } from './ask.ts';
import { expectOutcome, ok } from './expected.ts';
import { type HeldStage, startHeldStage } from './held-stage.ts';
import { startBeside } from './stage.ts';

const HTML = '<!DOCTYPE html><title>Welcome</title>';

/** One cancel that Datastream carried out, and an answer to it that does not say so. It must not be sent again. */
const CARRIED_OUT: readonly { how: string; fault: Fault }[] = [
  { how: 'the connection breaks', fault: { kind: 'resetAfter' } },
  { how: 'the answer is cut off', fault: { kind: 'cutOff', bytes: 1 } },
  { how: 'the answer has no byte of its body', fault: { kind: 'cutOff', bytes: 0 } },
  { how: 'the answer is 200 with HTML', fault: { kind: 'status', status: 200, body: HTML, apply: true } },
  { how: 'the answer is 200 with half of a JSON text', fault: { kind: 'status', status: 200, body: '{', apply: true } },
  {
    how: 'the answer is 200 with something in it',
    fault: { kind: 'status', status: 200, body: '{"a":1}', apply: true },
  },
  { how: 'the answer has 100 kB of padding', fault: { kind: 'giant', bytes: 100_000 } },
  { how: 'the answer has 5 MB of padding', fault: { kind: 'giant', bytes: 5_000_000 } },
  { how: 'the answer is 503', fault: { kind: 'error', error: { code: 'UNAVAILABLE' }, apply: true } },
  { how: 'the answer is 500', fault: { kind: 'error', error: { code: 'INTERNAL' }, apply: true } },
  { how: 'the answer is 504', fault: { kind: 'error', error: { code: 'DEADLINE_EXCEEDED' }, apply: true } },
  { how: 'the answer is 500 and UNKNOWN', fault: { kind: 'error', error: { code: 'UNKNOWN' }, apply: true } },
  { how: 'the answer is 409 and ABORTED', fault: { kind: 'error', error: { code: 'ABORTED' }, apply: true } },
  { how: "the answer is a proxy's 502", fault: { kind: 'status', status: 502, body: HTML, apply: true } },
  { how: "the answer is a proxy's 504", fault: { kind: 'status', status: 504, body: HTML, apply: true } },
];

/** One cancel that never reached Datastream. It is sent again, after a read where it might have. */
const NOT_CARRIED_OUT: readonly { how: string; fault: Fault; calls: string[] }[] = [
  { how: 'the connection breaks', fault: { kind: 'resetBefore' }, calls: ['cancel', 'get', 'cancel'] },
  {
    how: 'the answer is 503',
    fault: { kind: 'error', error: { code: 'UNAVAILABLE' } },
    calls: ['cancel', 'get', 'cancel'],
  },
  {
    how: "the answer is a proxy's 502",
    fault: { kind: 'status', status: 502, body: HTML },
    calls: ['cancel', 'get', 'cancel'],
  },
  // Over its quota Datastream does nothing, so there is nothing to look for.
  {
    how: 'the answer is 429',
    fault: { kind: 'error', error: { code: 'RESOURCE_EXHAUSTED' } },
    calls: ['cancel', 'cancel'],
  },
];

/** Milliseconds that an attempt has. */
const ATTEMPT = 10_000;

describe('section 4: cancels whose answer is lost', () => {
  let stage: HeldStage;

  before(async () => {
    stage = await startHeldStage();
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.reset());

  describe('one that Datastream carried out is found by the read and not sent again', () => {
    for (const { how, fault } of CARRIED_OUT) {
      it(`where ${how}`, async () => {
        const name = stage.emulator.startOperation({ onCancel: { kind: 'cancels', afterMs: 2000 } });
        stage.emulator.fault({ on: 'cancel', times: 1, fault });
        await expectOutcome(stage, name, {}, ok('CANCELLED'));
        assert.deepEqual(stage.calls().slice(0, 3), ['get', 'cancel', 'get']);
      });
    }
  });

  describe('one that did not arrive is sent again, after a read that shows it is needed', () => {
    for (const { how, fault, calls } of NOT_CARRIED_OUT) {
      it(`where ${how}`, async () => {
        const name = stage.emulator.startOperation();
        stage.emulator.fault({ on: 'cancel', times: 1, fault });
        await expectOutcome(stage, name, {}, ok('CANCELLED', 2));
        assert.deepEqual(stage.calls(), ['get', ...calls, 'get']);
      });
    }
  });

  describe('one that hangs is given up after ten seconds', () => {
    beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
    afterEach(() => mock.timers.reset());

    for (const { apply, expected } of [
      { apply: true, expected: ok('CANCELLED') },
      { apply: false, expected: ok('CANCELLED', 2) },
    ]) {
      it(`and ${apply ? 'not ' : ''}sent again where it was ${apply ? '' : 'not '}carried out`, async () => {
        const name = stage.emulator.startOperation();
        stage.emulator.fault({ on: 'cancel', times: 1, fault: { kind: 'hang', apply } });
        const answer = expectOutcome(stage, name, {}, expected);
        await until('the cancel', () => stage.emulator.faults.length === 0);
        mock.timers.tick(ATTEMPT);
        await answer;
      });
    }
  });

  it('one that is lost five times is an ERROR, where the last read shows that it was not taken', async () => {
    const name = stage.emulator.startOperation();
    stage.emulator.fault({ on: 'cancel', fault: { kind: 'resetBefore' } });
    const { record } = await expectOutcome(stage, name, {}, { outcome: 'ERROR', http: 503, code: 14, attempts: 5 });
    assert.equal(record.operationAfter?.requestedCancellation, false);
    assert.deepEqual(stage.calls(), ['get', ...Array.from({ length: 5 }, () => ['cancel', 'get']).flat()]);
  });

  it('one that is lost four times is CANCELLED by the fifth', async () => {
    const name = stage.emulator.startOperation();
    stage.emulator.fault({ on: 'cancel', times: 4, fault: { kind: 'resetBefore' } });
    await expectOutcome(stage, name, {}, ok('CANCELLED', 5));
  });

  it('one that Datastream did not carry out and that cannot be tried again is an ERROR', async () => {
    const name = stage.emulator.startOperation();
    stage.emulator.fault({ on: 'cancel', fault: { kind: 'status', status: 200, body: HTML } });
    await expectOutcome(stage, name, {}, { outcome: 'ERROR', http: 500, code: 13, attempts: 1 });
  });

  it('one that ended the operation, as a FAILED_PRECONDITION to the second shows, is CANCELLED', async () => {
    const name = stage.emulator.startOperation({ onCancel: { kind: 'cancels', afterMs: 800 } });
    const fault: Fault = { kind: 'resetAfter' };
    stage.emulator.fault({ on: 'cancel', times: 1, fault });
    // The read between the two still shows what was before.
    const stale = { kind: 'status', status: 200, body: JSON.stringify({ name, done: false }) } as const;
    stage.emulator.fault({
      on: 'get',
      times: 1,
      fault: () => (stage.emulator.counts.requests.cancel === 1 ? stale : undefined),
    });
    stage.emulator.fault({
      on: 'cancel',
      times: 1,
      fault: () => {
        stage.clock.advance(800);
        return { kind: 'slow' };
      },
    });
    await expectOutcome(stage, name, {}, ok('CANCELLED', 2));
  });

  it('one that was carried out late is found before a third is sent', async () => {
    const name = stage.emulator.startOperation({ onCancel: { kind: 'completes', afterMs: 1500 } });
    stage.emulator.fault({ on: 'cancel', times: 1, fault: { kind: 'resetBefore' } });
    // The second is over the quota, and meanwhile the first has come through.
    const error = { code: 'RESOURCE_EXHAUSTED' } as const;
    stage.emulator.fault({ on: 'cancel', times: 1, fault: { kind: 'error', error, apply: true } });
    await expectOutcome(stage, name, {}, ok('COMPLETED', 2));
  });

  it('one whose answer ends before its announced length was carried out all the same', async () => {
    let cancels = 0;
    const name = `${stage.emulator.parent}/operations/operation-1`;
    const api = await listen((request, response) => {
      if (request.method === 'GET') {
        response.end(JSON.stringify({ name, done: cancels > 0, ...(cancels > 0 && { error: { code: 1 } }) }));
        return;
      }
      cancels += 1;
      response.writeHead(200, { 'content-length': 10 });
      // FIN, where the other tests have RST.
      response.write('{}', () => response.socket?.end());
    }, 0);
    await using other = await startBeside(stage, { DATASTREAM_ENDPOINT: `http://127.0.0.1:${api.port}` });
    const { record } = await other.post({ body: name });
    await api.close();
    assert.deepEqual([record.outcome, record.cancelAttempts, cancels], ['CANCELLED', 1, 1]);
  });

  it('one that cannot be sent at all is an ERROR, and counts as none', async () => {
    const api = await startEmulator();
    const name = api.startOperation();
    const body = JSON.stringify(api.operation(name)?.resource);
    api.fault({ on: 'get', fault: { kind: 'status', status: 200, headers: { connection: 'close' }, body } });
    // The API goes away between the read and the cancel.
    const stdout = new Writable({ write: (_chunk, _encoding, written) => void api.close().then(() => written()) });
    const { clock } = stage;
    await using other = await startBeside(stage, { DATASTREAM_ENDPOINT: api.url }, { clock, stdout });
    const { http, text } = await ask(other.url, { body: name });
    const { outcome, status, cancelAttempts, operationAfter } = concludedRecord(JSON.parse(text));
    assert.deepEqual([outcome, status.name, http, cancelAttempts], ['ERROR', 'UNAVAILABLE', 503, 0]);
    assert.equal(operationAfter, null);
    assert.equal(clock.sleeps.length, 4);
  });

  it('one that somebody else had asked for as well is not sent again', async () => {
    const name = stage.emulator.startOperation({ requestedCancellation: true });
    stage.emulator.fault({ on: 'cancel', fault: { kind: 'resetBefore' } });
    await expectOutcome(stage, name, {}, ok('CANCEL_REQUESTED'));
  });
});
