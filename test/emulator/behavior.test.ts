import assert from 'node:assert/strict';
import { type CallOptions, call, errorOf, operationOf, type Reply } from './call.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { rpcCodes } from './errors.ts';
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
  const post = (path: string, body = ''): Promise<Reply> => api(path, { method: 'POST', body });
  const get = async (name: string): Promise<ReturnType<typeof operationOf>> => operationOf(await api(name));

  describe('what a cancel does', () => {
    const cancelled = { code: 1, message: 'The operation was cancelled.' };
    const cases: readonly {
      title: string;
      start: OperationStart;
      afterMs: number;
      done: boolean;
      error?: unknown;
      response?: unknown;
    }[] = [
      { title: 'cancels at once', start: { onCancel: { kind: 'cancels' } }, afterMs: 0, done: true, error: cancelled },
      {
        title: 'cancels slowly: not yet',
        start: { onCancel: { kind: 'cancels', afterMs: 5000 } },
        afterMs: 4999,
        done: false,
      },
      {
        title: 'cancels slowly: now',
        start: { onCancel: { kind: 'cancels', afterMs: 5000 } },
        afterMs: 5000,
        done: true,
        error: cancelled,
      },
      {
        title: 'completes anyway: not yet',
        start: { onCancel: { kind: 'completes', afterMs: 2 } },
        afterMs: 1,
        done: false,
      },
      {
        title: 'completes anyway',
        start: { onCancel: { kind: 'completes', afterMs: 2 } },
        afterMs: 2,
        done: true,
        response: {
          '@type': 'type.googleapis.com/google.cloud.datastream.v1.Stream',
          name: 'projects/acme-data/locations/us-central1/streams/orders',
        },
      },
      {
        title: 'completes with a response of its own',
        start: { onCancel: { kind: 'completes', response: { '@type': 'x', a: 1 } } },
        afterMs: 0,
        done: true,
        response: { '@type': 'x', a: 1 },
      },
      {
        title: 'completes a deletion',
        start: { verb: 'delete', onCancel: { kind: 'completes' } },
        afterMs: 0,
        done: true,
        response: { '@type': 'type.googleapis.com/google.protobuf.Empty' },
      },
      {
        title: 'fails anyway',
        start: { onCancel: { kind: 'fails', code: 'INTERNAL', message: 'Lost the source.' } },
        afterMs: 0,
        done: true,
        error: { code: 13, message: 'Lost the source.' },
      },
      { title: 'never ends', start: { onCancel: { kind: 'neverEnds' } }, afterMs: 86_400_000, done: false },
      {
        title: 'comes too late for an operation that ends by itself',
        start: {
          onCancel: { kind: 'cancels', afterMs: 5000 },
          endsByItself: { kind: 'fails', code: 'ABORTED', afterMs: 1000 },
        },
        afterMs: 5000,
        done: true,
        error: { code: 10, message: 'The operation failed with ABORTED.' },
      },
    ];
    for (const { title, start, afterMs, done, error, response } of cases) {
      it(title, async () => {
        const name = emulator.startOperation(start);
        assert.equal((await post(`${name}:cancel`)).status, 200);
        time += afterMs;
        const operation = await get(name);
        assert.equal(operation.done, done);
        assert.equal(operation.metadata.requestedCancellation, true);
        assert.equal(operation.metadata.endTime === undefined, !done);
        assert.deepEqual(operation.error, error);
        assert.deepEqual(operation.response, response);
      });
    }

    for (const code of rpcCodes.filter((code) => code !== 'OK')) {
      it(`is refused with ${code}`, async () => {
        const name = emulator.startOperation({ onCancel: { kind: 'refuses', error: { code, message: 'No.' } } });
        const error = errorOf(await post(`${name}:cancel`));
        assert.deepEqual([error.status, error.message, error.details], [code, 'No.', undefined]);
        const { done, requestedCancellation, cancels } = emulator.operation(name) ?? assert.fail();
        assert.deepEqual([done, requestedCancellation, cancels.refused.length], [false, false, 1]);
      });
    }

    it('is refused with every detail that Google gives', async () => {
      const denied = iamPermissionDenied('datastream.operations.cancel', 'projects/p/locations/l/operations/o');
      const name = emulator.startOperation({
        onCancel: { kind: 'refuses', error: { ...denied, retryDelay: '1.5s', retryAfter: '2' } },
      });
      const reply = await post(`${name}:cancel`);
      assert.equal(reply.status, 403);
      assert.equal(reply.headers['retry-after'], '2');
      assert.deepEqual(errorOf(reply).details, [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'IAM_PERMISSION_DENIED',
          domain: 'iam.googleapis.com',
          metadata: {
            permission: 'datastream.operations.cancel',
            resource: '//datastream.googleapis.com/projects/p/locations/l/operations/o',
          },
        },
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.5s' },
      ]);
    });

    it('is refused where the API was never enabled', async () => {
      const name = emulator.startOperation({ onCancel: { kind: 'refuses', error: serviceDisabled('481516234200') } });
      const { status, details } = errorOf(await post(`${name}:cancel`));
      assert.deepEqual([status, details?.[0]?.['reason']], ['PERMISSION_DENIED', 'SERVICE_DISABLED']);
    });

    it('is refused by an operation that is cancelled in that moment', async () => {
      const error = { code: 'FAILED_PRECONDITION' } as const;
      const name = emulator.startOperation({ onCancel: { kind: 'refuses', error, becomes: { kind: 'cancels' } } });
      assert.equal(errorOf(await post(`${name}:cancel`)).status, 'FAILED_PRECONDITION');
      const operation = await get(name);
      assert.deepEqual([operation.error?.code, operation.metadata.requestedCancellation], [1, true]);
    });
  });

  describe('without a cancel', () => {
    it('an operation ends by itself when its time has come', async () => {
      const name = emulator.startOperation({ endsByItself: { kind: 'completes', afterMs: 1000 } });
      time += 999;
      assert.equal((await get(name)).done, false);
      time += 1;
      const { done, metadata } = await get(name);
      assert.equal(done, true);
      assert.ok(metadata.endTime?.startsWith(new Date(time).toISOString().slice(0, -1)));
    });
  });
});
