import assert from 'node:assert/strict';
import { type CallOptions, call, errorOf, operationOf, type Reply, until } from './call.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import type { Fault } from './schema.ts';

const broken = { code: 'ECONNRESET' };

describe("the emulator's faults", () => {
  let emulator: Emulator;
  let name: string;

  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.close());
  beforeEach(() => {
    emulator.reset();
    name = emulator.startOperation();
  });

  const get = (options?: CallOptions): Promise<Reply> => call(`${emulator.url}/v1/${name}`, options);
  const cancel = (options?: CallOptions): Promise<Reply> =>
    call(`${emulator.url}/v1/${name}:cancel`, { method: 'POST', body: '', ...options });
  /** Whether the operation was cancelled, and whether the log says the same of the last request. */
  const applied = (): readonly [boolean | undefined, boolean | undefined] => [
    emulator.operation(name)?.done,
    emulator.requests.at(-1)?.applied,
  ];

  describe('break the connection', () => {
    const cases: readonly { title: string; fault: Fault; done: boolean }[] = [
      { title: 'before the request is applied', fault: { kind: 'resetBefore' }, done: false },
      { title: 'after it is applied', fault: { kind: 'resetAfter' }, done: true },
      { title: 'in the middle of the answer', fault: { kind: 'cutOff' }, done: true },
      { title: 'after the head of the answer', fault: { kind: 'cutOff', bytes: 0 }, done: true },
    ];
    for (const { title, fault, done } of cases) {
      it(title, async () => {
        emulator.fault({ on: 'cancel', fault });
        await assert.rejects(cancel(), broken);
        assert.deepEqual(applied(), [done, done]);
        assert.deepEqual(emulator.requests[0]?.fault, fault);
        assert.equal(emulator.operation(name)?.cancels.arrived.length, 1);
      });
    }
  });

  describe('hang', () => {
    for (const apply of [false, true]) {
      it(apply ? 'after the request is applied' : 'before the request is applied', async () => {
        await using own = await startEmulator();
        const operation = own.startOperation();
        own.fault({ on: 'cancel', fault: { kind: 'hang', apply } });
        const hanging = call(`${own.url}/v1/${operation}:cancel`, { method: 'POST', body: '' });
        const hangs = assert.rejects(hanging, broken);
        await until(() => own.requests.length === 1);
        // A request that came later is answered first.
        assert.equal(operationOf(await call(`${own.url}/v1/${operation}`)).done, apply);
        assert.equal(own.requests[0]?.status, null);
        await own.close();
        await hangs;
      });
    }
  });

  describe('are slow', () => {
    it('before and after the request is applied', async () => {
      emulator.fault({ on: 'cancel', fault: { kind: 'slow', beforeMs: 10, afterMs: 15 } });
      const start = performance.now();
      assert.equal((await cancel()).status, 200);
      // Timers may be a millisecond early.
      assert.ok(performance.now() - start >= 23);
      assert.deepEqual(applied(), [true, true]);
    });

    it('and apply the request of a client that has given up', async () => {
      emulator.fault({ on: 'cancel', fault: { kind: 'slow', beforeMs: 50 } });
      const patience = new AbortController();
      const given = assert.rejects(cancel({ signal: patience.signal }), { name: 'AbortError' });
      await until(() => emulator.requests.length === 1);
      patience.abort();
      await given;
      await until(() => emulator.operation(name)?.done === true);
    });

    it('all of them, at a latency', async () => {
      emulator.setLatency(20);
      const start = performance.now();
      await get();
      await call(`${emulator.url}/computeMetadata/v1/`);
      assert.ok(performance.now() - start >= 38);
    });
  });

  describe('answer something else', () => {
    it("with Google's own error", async () => {
      emulator.fault({ fault: { kind: 'error', error: { code: 'UNAVAILABLE', message: 'Later.', retryAfter: '3' } } });
      const reply = await cancel();
      assert.deepEqual([reply.status, reply.headers['retry-after'], errorOf(reply).status], [503, '3', 'UNAVAILABLE']);
      assert.deepEqual(applied(), [false, false]);
    });

    it('with a status, headers and a body', async () => {
      const headers = { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT', 'content-type': 'text/plain' };
      emulator.fault({ fault: { kind: 'status', status: 502, headers, body: '<html>Bad Gateway' } });
      const reply = await cancel();
      assert.deepEqual([reply.status, reply.body], [502, '<html>Bad Gateway']);
      assert.equal(reply.headers['retry-after'], headers['retry-after']);
      assert.equal(reply.headers['content-type'], 'text/plain');
    });

    it('although the request was applied', async () => {
      emulator.fault({ fault: { kind: 'status', status: 500, apply: true } });
      assert.equal((await cancel()).status, 500);
      emulator.reset();
      name = emulator.startOperation();
      emulator.fault({ fault: { kind: 'error', error: { code: 'INTERNAL' }, apply: true } });
      assert.equal((await cancel()).status, 500);
      assert.deepEqual(applied(), [true, true]);
    });

    it('with a redirect', async () => {
      emulator.fault({ fault: { kind: 'redirect', location: 'http://127.0.0.1:1/elsewhere' } });
      const reply = await cancel();
      assert.deepEqual([reply.status, reply.headers.location], [307, 'http://127.0.0.1:1/elsewhere']);
      assert.deepEqual(applied(), [false, false]);
    });

    it('about another operation', async () => {
      emulator.fault({ on: 'get', fault: { kind: 'otherOperation', name: 'projects/p/locations/l/operations/other' } });
      assert.equal(operationOf(await get()).name, 'projects/p/locations/l/operations/other');
      emulator.reset();
      emulator.fault({ fault: { kind: 'otherOperation' } });
      const missing = await call(`${emulator.url}/nowhere`);
      assert.match(missing.body, /^<!DOCTYPE html>/);
    });

    it('that is empty', async () => {
      emulator.fault({ fault: { kind: 'empty' } });
      const reply = await cancel();
      assert.deepEqual([reply.status, reply.body], [200, '']);
      assert.deepEqual(applied(), [true, true]);
    });

    it('that is giant', async () => {
      emulator.fault({ fault: { kind: 'giant', bytes: 3_000_000 } });
      const reply = await get();
      const { padding, ...operation }: { padding?: unknown } = JSON.parse(reply.body);
      assert.equal(String(padding).length, 3_000_000);
      assert.equal(operationOf({ ...reply, body: JSON.stringify(operation) }).name, name);
      assert.deepEqual(Object.keys(JSON.parse((await cancel()).body)), ['padding']);
    });
  });

  describe('strike', () => {
    const error: Fault = { kind: 'error', error: { code: 'INTERNAL' } };

    it('only requests of their kind, about their name, as often as they should', async () => {
      const other = emulator.startOperation();
      const handle = emulator.fault({ on: ['get', 'list'], name, times: 2, fault: error });
      const statuses = [];
      for (const path of [other, name, `${name}:cancel`, name, name]) {
        const method = path.endsWith(':cancel') ? { method: 'POST', body: '' } : {};
        statuses.push((await call(`${emulator.url}/v1/${path}`, method)).status);
      }
      assert.deepEqual(statuses, [200, 500, 200, 500, 200]);
      assert.deepEqual([handle.struck, emulator.faults], [2, []]);
    });

    for (const [on, struck] of [
      ['datastream', [500, 200, 200]],
      ['metadata', [200, 500, 500]],
      ['token', [200, 200, 500]],
    ] as const) {
      it(`on: ${on}`, async () => {
        emulator.fault({ on, fault: error });
        const headers = { 'metadata-flavor': 'Google' };
        const account = `${emulator.url}/computeMetadata/v1/instance/service-accounts/default`;
        const replies = [
          await get(),
          await call(`${account}/email`, { headers }),
          await call(`${account}/token`, { headers }),
        ];
        assert.deepEqual(
          replies.map(({ status }) => status),
          struck,
        );
      });
    }

    it('until they are removed', async () => {
      const first = emulator.fault({ fault: error });
      emulator.fault({ fault: { kind: 'status', status: 418 } });
      assert.equal((await get()).status, 500);
      first.remove();
      assert.equal((await get()).status, 418);
      emulator.clearFaults();
      assert.equal((await get()).status, 200);
    });

    it('as a function chooses', async () => {
      const handle = emulator.fault({
        on: 'get',
        fault: ({ headers }) => (headers['x-attempt'] === '1' ? error : undefined),
      });
      const attempt = async (number: string): Promise<number> =>
        (await get({ headers: { 'x-attempt': number } })).status;
      assert.deepEqual([await attempt('1'), await attempt('2'), handle.struck], [500, 200, 1]);
    });

    it('as a hook of all requests chooses, where no rule does', async () => {
      await using hooked = await startEmulator({ onRequest: ({ kind }) => (kind === 'get' ? error : undefined) });
      const operation = hooked.startOperation();
      const statuses = async (): Promise<number[]> => [
        (await call(`${hooked.url}/v1/${operation}`)).status,
        (await call(`${hooked.url}/v1/${hooked.parent}/operations`)).status,
      ];
      assert.deepEqual(await statuses(), [500, 200]);
      hooked.fault({ times: 1, fault: { kind: 'status', status: 418 } });
      assert.deepEqual(await statuses(), [418, 200]);
    });

    it('never the control surface', async () => {
      emulator.fault({ fault: { kind: 'resetBefore' } });
      assert.equal((await call(`${emulator.url}/emulator`)).status, 200);
    });
  });
});
