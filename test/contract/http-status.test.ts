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
