import assert from 'node:assert/strict';
import { startEmulator } from '../emulator/emulator.ts';
import { post } from '../soak/post.ts';
import { heldClock } from '../support/clock.ts';
import { type FunctionUnderTest, startFunction } from '../support/function.ts';

describe("section 8: an error body that is not Google's JSON is classified by its HTTP status", () => {
  const emulator = startEmulator();
  let fn: FunctionUnderTest;

  before(async () => {
    fn = await startFunction((await emulator).environment, { clock: heldClock() });
  });
  after(async () => {
    await fn[Symbol.asyncDispose]();
    await (await emulator).close();
  });

  const codes: Readonly<Record<number, string>> = {
    400: 'INVALID_ARGUMENT',
    401: 'UNAUTHENTICATED',
    402: 'FAILED_PRECONDITION',
    403: 'PERMISSION_DENIED',
    404: 'NOT_FOUND',
    405: 'FAILED_PRECONDITION',
    408: 'DEADLINE_EXCEEDED',
    409: 'ABORTED',
    410: 'FAILED_PRECONDITION',
    413: 'FAILED_PRECONDITION',
    429: 'RESOURCE_EXHAUSTED',
    498: 'FAILED_PRECONDITION',
    499: 'CANCELLED',
    500: 'INTERNAL',
    501: 'UNIMPLEMENTED',
    502: 'UNAVAILABLE',
    503: 'UNAVAILABLE',
    504: 'UNAVAILABLE',
    505: 'INTERNAL',
    599: 'INTERNAL',
    304: 'INTERNAL',
  };
  it("is read as far as it is Google's JSON", async () => {
    const { startOperation, fault, clearFaults } = await emulator;
    const name = startOperation();
    const bodies = [
      { error: { message: 5, status: 7, details: 'x' } },
      { error: { message: '', status: 'NO_SUCH_CODE', details: [1, null, {}] } },
      { error: { status: 'OK' } },
      { error: {} },
    ];
    for (const body of bodies) {
      clearFaults();
      fault({ on: 'get', fault: { kind: 'status', status: 409, body: JSON.stringify(body) } });
      const { name: code, message, reason } = (await post(fn.url, { name }, 'WEBHOOK', 0)).record.status ?? {};
      assert.deepEqual([code, reason], ['ABORTED', null]);
      assert.match(message ?? '', /^HTTP status 409\. /);
    }
    clearFaults();
    fault({
      on: 'get',
      fault: { kind: 'error', error: { code: 'ABORTED', message: 'Says so.', details: [null, { reason: 'NO' }] } },
    });
    const { status } = (await post(fn.url, { name }, 'WEBHOOK', 0)).record;
    assert.match(status?.message ?? '', /^Says so\. /);
    assert.equal(status?.reason, null);
  });

  for (const body of ['<html>Sorry.</html>', '{"error": "Sorry."}']) {
    for (const [http, code] of Object.entries(codes)) {
      it(`${http} with ${body} is ${code}`, async () => {
        const { startOperation, fault, clearFaults } = await emulator;
        const name = startOperation();
        clearFaults();
        fault({ on: 'get', fault: { kind: 'status', status: Number(http), body: http === '304' ? '' : body } });
        const { record } = await post(fn.url, { name }, 'WEBHOOK', 0);
        assert.deepEqual([record.status?.name, record.cancelAttempts], [code, 0]);
        assert.match(record.status?.message ?? '', new RegExp(`\\b${http}\\b`));
      });
    }
  }
});
