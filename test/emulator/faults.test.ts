import assert from 'node:assert/strict';
import { type CallOptions, call, errorOf, operationOf, type Reply, until } from './call.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import type { ErrorForm } from './errors.ts';
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
  function assertApplied(applied: boolean): void {
    assert.deepEqual([emulator.operation(name)?.done, emulator.requests.at(-1)?.applied], [applied, applied]);
  }

  describe('break the connection', () => {
    const cases: Readonly<Record<string, readonly [fault: Fault, applied: boolean]>> = {
      'before the request is applied': [{ kind: 'resetBefore' }, false],
      'after it is applied': [{ kind: 'resetAfter' }, true],
      'in the middle of the answer': [{ kind: 'cutOff' }, true],
      'after the head of the answer': [{ kind: 'cutOff', bytes: 0 }, true],
    };
    for (const [title, [fault, applied]] of Object.entries(cases)) {
      it(title, async () => {
        emulator.fault({ on: 'cancel', fault });
        await assert.rejects(cancel(), broken);
        assertApplied(applied);
        assert.deepEqual(emulator.requests[0]?.fault, fault);
        assert.equal(emulator.operation(name)?.cancels.arrived.length, 1);
      });
    }
  });

  for (const apply of [false, true]) {
    it(`hang ${apply ? 'after' : 'before'} the request is applied`, async () => {
      await using own = await startEmulator();
      const operation = own.startOperation();
      own.fault({ on: 'cancel', fault: { kind: 'hang', apply } });
      const hangs = assert.rejects(call(`${own.url}/v1/${operation}:cancel`, { method: 'POST', body: '' }), broken);
      await until(() => own.requests.length === 1);
      // A request that came later is answered first.
      assert.equal(operationOf(await call(`${own.url}/v1/${operation}`)).done, apply);
      assert.equal(own.requests[0]?.status, null);
      await own.close();
      await hangs;
    });
  }

  describe('are slow', () => {
    it('before and after the request is applied', async () => {
      emulator.fault({ on: 'cancel', fault: { kind: 'slow', beforeMs: 10, afterMs: 15 } });
      const start = performance.now();
      assert.equal((await cancel()).status, 200);
      // Timers may be a millisecond early.
      assert.ok(performance.now() - start >= 23);
      assertApplied(true);
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

  describe('answer a cancel with something else', () => {
    const html = 'text/html; charset=UTF-8';
    const later: Fault = { kind: 'error', error: { code: 'UNAVAILABLE', message: 'Later.', retryAfter: '3' } };
    const headers = { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT', 'content-type': 'text/plain' };
    const cases: Readonly<
      Record<string, readonly [Fault, status: number, body: string, headers: object, applied?: boolean]>
    > = {
      "Google's own error": [
        later,
        503,
        '{"error":{"code":503,"message":"Later.","status":"UNAVAILABLE"}}',
        { 'retry-after': '3' },
      ],
      'a page of a proxy': [{ kind: 'status', status: 502, body: '<html>' }, 502, '<html>', { 'content-type': html }],
      'a status, headers and a body': [{ kind: 'status', status: 404, headers, body: '{}' }, 404, '{}', headers],
      'a status although it was applied': [{ kind: 'status', status: 500, apply: true }, 500, '', {}, true],
      'a redirect': [
        { kind: 'redirect', location: 'http://127.0.0.1:1/' },
        307,
        '',
        { location: 'http://127.0.0.1:1/' },
      ],
      'nothing at all': [{ kind: 'empty' }, 200, '', {}, true],
      'other fields': [{ kind: 'altered', with: { done: null } }, 200, '{"done":null}', {}, true],
      'a 101 that nobody asked for': [{ kind: 'switchesProtocols' }, 101, '', { upgrade: 'websocket' }],
    };
    for (const [title, [fault, status, body, sent, applied = false]] of Object.entries(cases)) {
      it(title, async () => {
        emulator.fault({ on: 'cancel', fault });
        const reply = await cancel();
        assert.deepEqual([reply.status, reply.body], [status, body]);
        assert.deepEqual({ ...reply.headers, ...sent }, reply.headers);
        assert.equal(emulator.requests[0]?.status, status);
        assertApplied(applied);
      });
    }

    const message = 'Slow down.';
    const forms: Readonly<Record<Exclude<ErrorForm, 'html'>, unknown>> = {
      array: [{ error: { code: 429, message, status: 'RESOURCE_EXHAUSTED' } }],
      string: { error: message },
      reasonAlone: {
        error: { code: 429, message, errors: [{ domain: 'global', reason: 'resourceExhausted', message }] },
      },
    };
    for (const form of ['array', 'string', 'reasonAlone', 'html'] as const) {
      it(`an error in the form '${form}'`, async () => {
        const error = { code: 'RESOURCE_EXHAUSTED', message, retryAfter: '1' } as const;
        emulator.fault({ fault: { kind: 'error', error, form } });
        const reply = await cancel();
        assert.deepEqual([reply.status, reply.headers['retry-after']], [429, '1']);
        if (form === 'html') assert.match(reply.body, /^<!DOCTYPE html>[\s\S]*Slow down\./);
        else assert.deepEqual(JSON.parse(reply.body), forms[form]);
      });
    }

    it('an older error with the reason that it should have', async () => {
      const error = { code: 'RESOURCE_EXHAUSTED', reason: 'rateLimitExceeded', domain: 'usageLimits' } as const;
      emulator.fault({ fault: { kind: 'error', error, form: 'reasonAlone' } });
      assert.match((await cancel()).body, /"errors":\[\{"domain":"usageLimits","reason":"rateLimitExceeded",/);
    });
  });

  describe('answer a get', () => {
    it('about another operation, and leave alone what is about none', async () => {
      emulator.fault({ on: 'get', fault: { kind: 'otherOperation', name: 'projects/p/locations/l/operations/other' } });
      assert.equal(operationOf(await get()).name, 'projects/p/locations/l/operations/other');
      emulator.reset();
      emulator.fault({ fault: { kind: 'otherOperation' } });
      assert.match((await call(`${emulator.url}/nowhere`)).body, /^<!DOCTYPE html>/);
    });

    it('with a part of the truth', async () => {
      emulator.fault({ on: 'get', fault: { kind: 'altered', with: { name: 7 }, without: ['metadata'] } });
      assert.equal((await get()).body, '{"name":7,"done":false}');
    });

    it('with something giant', async () => {
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
      ['datastream', [500, 500, 200, 200]],
      ['listLocations', [200, 500, 200, 200]],
      ['metadata', [200, 200, 500, 500]],
      ['token', [200, 200, 200, 500]],
    ] as const) {
      it(`on: ${on}`, async () => {
        emulator.fault({ on, fault: error });
        const headers = { 'metadata-flavor': 'Google' };
        const account = 'computeMetadata/v1/instance/service-accounts/default';
        const statuses = [];
        for (const path of [`v1/${name}`, 'v1/projects/acme-data/locations', `${account}/email`, `${account}/token`])
          statuses.push((await call(`${emulator.url}/${path}`, { headers })).status);
        assert.deepEqual(statuses, struck);
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
      const fault = ({ headers }: { headers: NodeJS.Dict<string | string[]> }) =>
        headers['x-attempt'] === '1' ? error : undefined;
      const handle = emulator.fault({ on: 'get', fault });
      const statuses = [];
      for (const attempt of ['1', '2']) statuses.push((await get({ headers: { 'x-attempt': attempt } })).status);
      assert.deepEqual([statuses, handle.struck], [[500, 200], 1]);
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

  it('answer a get with an error that names a code and no message', async () => {
    emulator.fault({ fault: { kind: 'error', error: { code: 'ABORTED' } } });
    assert.deepEqual([errorOf(await get()).status, errorOf(await get()).message.length > 0], ['ABORTED', true]);
  });
});
