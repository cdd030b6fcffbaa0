import assert from 'node:assert/strict';
import { type CallOptions, call, errorOf, operationOf, type Reply } from './call.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { errorInfo, rpcCodes } from './errors.ts';
import { iamPermissionDenied, serviceDisabled } from './google-errors.ts';
import type { OperationStart } from './schema.ts';

describe("the behavior of the emulator's operations", () => {
  /** The emulator's clock, ms since 1970: tests move it instead of waiting. */
  let time = Date.parse('2026-11-22T10:15:00.412Z');
  let emulator: Emulator;

  before(async () => {
    emulator = await startEmulator({ now: () => time });
  });
  after(() => emulator.close());
  beforeEach(() => emulator.reset());

  const api = (path: string, options?: CallOptions): Promise<Reply> => call(`${emulator.url}/v1/${path}`, options);
  const cancel = (name: string): Promise<Reply> => api(`${name}:cancel`, { method: 'POST', body: '' });
  const get = async (name: string): Promise<ReturnType<typeof operationOf>> => operationOf(await api(name));

  const type = 'type.googleapis.com/google.';
  const cancelled = { code: 1, message: 'The operation was cancelled.' };
  const validationResult = { validations: [{ code: 'NETWORK', state: 'FAILED', message: [{ message: 'No route.' }] }] };
  const reason = errorInfo('CONNECTION_TIMEOUT', 'datastream.googleapis.com', { host: 'db' });

  /** What an operation shows `afterMs` after a cancel, or the same without one where it ends by itself; null where it runs. */
  const ends: Readonly<Record<string, readonly [start: OperationStart, afterMs: number, ended: object | null]>> = {
    'cancels at once': [{ onCancel: { kind: 'cancels' } }, 0, { error: cancelled }],
    'cancels slowly: not yet': [{ onCancel: { kind: 'cancels', afterMs: 5000 } }, 4999, null],
    'cancels slowly: now': [{ onCancel: { kind: 'cancels', afterMs: 5000 } }, 5000, { error: cancelled }],
    'never ends': [{ onCancel: { kind: 'neverEnds' } }, 86_400_000, null],
    'completes anyway': [
      { onCancel: { kind: 'completes', afterMs: 2 } },
      2,
      {
        response: {
          '@type': `${type}cloud.datastream.v1.Stream`,
          name: 'projects/acme-data/locations/us-central1/streams/orders',
        },
      },
    ],
    'completes with a response of its own': [
      { onCancel: { kind: 'completes', response: { '@type': 'x', a: 1 } } },
      0,
      { response: { '@type': 'x', a: 1 } },
    ],
    'completes with a response of a size': [
      { onCancel: { kind: 'completes', response: { '@type': 'x' }, responseBytes: 8192 } },
      0,
      { response: { '@type': 'x', displayName: 'x'.repeat(8192) } },
    ],
    'completes a deletion': [
      { verb: 'delete', onCancel: { kind: 'completes' } },
      0,
      { response: { '@type': `${type}protobuf.Empty` } },
    ],
    'fails anyway': [
      { onCancel: { kind: 'fails', code: 'INTERNAL', message: '', details: [reason] } },
      0,
      { error: { code: 13, message: '', details: [reason] } },
    ],
    'ends with an error that lacks everything': [{ onCancel: { kind: 'endsWith', error: {} } }, 0, { error: {} }],
    'ends with an error of code 0': [
      { onCancel: { kind: 'endsWith', error: { code: 0, message: 'Odd.', details: [reason] } } },
      0,
      { error: { code: 0, message: 'Odd.', details: [reason] } },
    ],
    'comes too late for one that ends by itself': [
      {
        onCancel: { kind: 'cancels', afterMs: 5000 },
        endsByItself: { kind: 'fails', code: 'ABORTED', afterMs: 1000 },
      },
      5000,
      { error: { code: 10, message: 'The operation failed with ABORTED.' } },
    ],
  };

  describe('a cancel', () => {
    for (const [title, [start, afterMs, ended]] of Object.entries(ends)) {
      it(title, async () => {
        const name = emulator.startOperation(start);
        assert.equal((await cancel(name)).status, 200);
        time += afterMs;
        const { done, metadata, error, response } = JSON.parse((await api(name)).body);
        assert.deepEqual([done, metadata.requestedCancellation], [ended !== null, true]);
        assert.equal(metadata.endTime === undefined, !done);
        assert.deepEqual({ ...(error && { error }), ...(response && { response }) }, ended ?? {});
      });
    }

    for (const code of rpcCodes.filter((code) => code !== 'OK')) {
      it(`is refused with ${code}, or so it says, having been carried out`, async () => {
        const error = { code, message: 'No.' };
        const refusing = emulator.startOperation({ onCancel: { kind: 'refuses', error } });
        const lying = emulator.startOperation();
        emulator.fault({ name: lying, times: 1, fault: { kind: 'error', error, apply: true } });
        for (const name of [refusing, lying]) {
          const { status, message, details } = errorOf(await cancel(name));
          assert.deepEqual([status, message, details], [code, 'No.', undefined]);
        }
        const seen = [refusing, lying].map((name) => emulator.operation(name) ?? assert.fail());
        assert.deepEqual(
          seen.map(({ done, requestedCancellation, cancels }) => [done, requestedCancellation, cancels.refused.length]),
          [
            [false, false, 1],
            [true, true, 0],
          ],
        );
      });
    }

    it('is refused with every detail that Google gives', async () => {
      const denied = iamPermissionDenied('datastream.operations.cancel', 'projects/p/locations/l/operations/o');
      const error = { ...denied, retryDelay: '1.5s', retryAfter: '2', details: [{ '@type': 'any' }] };
      const reply = await cancel(emulator.startOperation({ onCancel: { kind: 'refuses', error } }));
      assert.deepEqual([reply.status, reply.headers['retry-after']], [403, '2']);
      assert.deepEqual(errorOf(reply).details, [
        {
          '@type': `${type}rpc.ErrorInfo`,
          reason: 'IAM_PERMISSION_DENIED',
          domain: 'iam.googleapis.com',
          metadata: {
            permission: 'datastream.operations.cancel',
            resource: '//datastream.googleapis.com/projects/p/locations/l/operations/o',
          },
        },
        { '@type': `${type}rpc.RetryInfo`, retryDelay: '1.5s' },
        { '@type': 'any' },
      ]);
      const disabled = { onCancel: { kind: 'refuses', error: serviceDisabled('481516234200') } } as const;
      const { status, details } = errorOf(await cancel(emulator.startOperation(disabled)));
      assert.deepEqual([status, details?.[0]?.['reason']], ['PERMISSION_DENIED', 'SERVICE_DISABLED']);
    });

    it('is refused by an operation that is cancelled in that moment', async () => {
      const error = { code: 'FAILED_PRECONDITION' } as const;
      const name = emulator.startOperation({ onCancel: { kind: 'refuses', error, becomes: { kind: 'cancels' } } });
      assert.equal(errorOf(await cancel(name)).status, 'FAILED_PRECONDITION');
      const operation = await get(name);
      assert.deepEqual([operation.error?.code, operation.metadata.requestedCancellation], [1, true]);
    });

    it('is counted with its times', async () => {
      const name = emulator.startOperation({ onCancel: { kind: 'neverEnds' } });
      await cancel(name);
      time += 1000;
      await cancel(name);
      await api(`${name}:cancel`, { method: 'POST', body: 'no JSON' });
      assert.deepEqual(emulator.operation(name)?.cancels, {
        arrived: [time - 1000, time, time],
        applied: [time - 1000, time],
        refused: [time],
      });
    });
  });

  it('ends by itself when its time has come', async () => {
    const name = emulator.startOperation({ endsByItself: { kind: 'completes', afterMs: 1000 } });
    time += 999;
    assert.equal((await get(name)).done, false);
    time += 1;
    const { done, metadata } = await get(name);
    assert.equal(done, true);
    assert.ok(metadata.endTime?.startsWith(new Date(time).toISOString().slice(0, -1)));
  });

  it('shows what Datastream validated, from the start or from the end', async () => {
    const passed = { validations: [{ code: 'NETWORK', state: 'PASSED' }] };
    const endsByItself = { kind: 'fails', code: 'UNKNOWN', afterMs: 1000, validationResult } as const;
    const names = [{ validationResult: passed }, { endsByItself }, { validationResult: passed, endsByItself }].map(
      (start) => emulator.startOperation(start),
    );
    const shown = () => Promise.all(names.map(async (name) => (await get(name)).metadata['validationResult']));
    assert.deepEqual(await shown(), [passed, undefined, passed]);
    time += 1000;
    assert.deepEqual(await shown(), [passed, validationResult, validationResult]);
  });

  it("has proto3's defaults in the truth about it, where its error lacks things", () => {
    const name = emulator.startOperation({ endsByItself: { kind: 'endsWith', error: {} } });
    assert.deepEqual(emulator.operation(name)?.resource.error, { code: 0, message: '' });
  });
});
