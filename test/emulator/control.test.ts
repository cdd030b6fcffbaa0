import assert from 'node:assert/strict';
import { call, errorOf, type Reply } from './call.ts';
import { type Emulator, startEmulator } from './emulator.ts';

describe("the emulator's control surface", () => {
  let emulator: Emulator;

  before(async () => {
    emulator = await startEmulator({ operations: [{ id: 'seed' }] });
  });
  after(() => emulator.close());
  beforeEach(() => emulator.reset());

  const send = (method: string, path: string, body?: unknown): Promise<Reply> =>
    call(`${emulator.url}/emulator${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const json = async (reply: Promise<Reply>): Promise<unknown> => JSON.parse((await reply).body);

  it('tells what it can do', async () => {
    const { body } = await send('GET', '');
    for (const path of ['operations', 'faults', 'requests', 'settings', 'tokens/expire', 'reset']) {
      assert.match(body, new RegExp(`/emulator/${path}: `));
    }
  });

  it('starts an operation that behaves as told', async () => {
    const name = `${emulator.parent}/operations/stubborn`;
    const start = { id: 'stubborn', verb: 'update', onCancel: { kind: 'neverEnds' } };
    assert.deepEqual(await json(send('POST', '/operations', start)), { names: [name] });
    await call(`${emulator.url}/v1/${name}:cancel`, { method: 'POST', body: '' });
    const { resource, done, requestedCancellation } = emulator.operation(name) ?? assert.fail();
    assert.deepEqual([resource.metadata.verb, done, requestedCancellation], ['update', false, true]);
  });

  it('starts one without being told anything, and many at once', async () => {
    await send('POST', '/operations');
    await send('POST', '/operations', { count: 300, location: 'europe-west4' });
    assert.equal([...emulator.operations()].length, 302);
  });

  it('shows the truth about operations', async () => {
    const seed = `${emulator.parent}/operations/seed`;
    const truth = JSON.parse(JSON.stringify({ operations: [emulator.operation(seed)] }));
    assert.deepEqual(await json(send('GET', '/operations')), truth);
    assert.deepEqual(await json(send('GET', `/operations?name=${seed}`)), truth);
    assert.deepEqual(await json(send('GET', '/operations?name=unknown')), { operations: [] });
  });

  it('shows the newest ones first to go', async () => {
    const names = emulator.startOperations(3, () => ({}));
    const { body } = await send('GET', '/operations?limit=1');
    assert.deepEqual(
      names.map((name) => body.includes(name)),
      [false, false, true],
    );
  });

  it('adds, shows and ends faults', async () => {
    const rule = { on: ['cancel'], times: 2, fault: { kind: 'error', error: { code: 'UNAVAILABLE' } } };
    const active = { faults: [{ ...rule, struck: 0 }] };
    assert.deepEqual(await json(send('POST', '/faults', rule)), active);
    assert.deepEqual(await json(send('GET', '/faults')), active);
    await send('DELETE', '/faults');
    assert.deepEqual(emulator.faults, []);
  });

  it('shows the last requests, but none of its own', async () => {
    await call(`${emulator.url}/v1/${emulator.parent}/operations`);
    await call(`${emulator.url}/v1/${emulator.parent}`);
    assert.deepEqual(await json(send('GET', '/requests?limit=1')), {
      requests: JSON.parse(JSON.stringify(emulator.requests.slice(-1))),
      counts: { ...emulator.counts },
    });
    assert.equal(emulator.requests.length, 2);
  });

  it('sets and lifts latency and quota', async () => {
    const list = (): Promise<Reply> => call(`${emulator.url}/v1/${emulator.parent}/operations`);
    await send('POST', '/settings', { latencyMs: 5, quota: { limit: 1, windowMs: 60_000 } });
    assert.deepEqual([(await list()).status, (await list()).status], [200, 429]);
    await send('POST', '/settings', { latencyMs: 0, quota: null });
    assert.equal((await list()).status, 200);
  });

  it('expires tokens', async () => {
    const token = `${emulator.url}/computeMetadata/v1/instance/service-accounts/default/token`;
    const { access_token }: { access_token?: unknown } = JSON.parse(
      (await call(token, { headers: { 'metadata-flavor': 'Google' } })).body,
    );
    await send('POST', '/tokens/expire');
    const headers = { authorization: `Bearer ${access_token}` };
    assert.equal((await call(`${emulator.url}/v1/${emulator.parent}`, { headers })).status, 401);
  });

  it('resets', async () => {
    emulator.startOperation();
    assert.deepEqual(await json(send('POST', '/reset')), {});
    assert.equal([...emulator.operations()].length, 1);
  });

  describe('says what is wrong with', () => {
    const cases: readonly { title: string; path: string; body: unknown; field: string; message: RegExp }[] = [
      {
        title: 'an unknown behavior',
        path: '/operations',
        body: { onCancel: { kind: 'explodes' } },
        field: 'onCancel.kind',
        message: /'neverEnds'/,
      },
      { title: 'an unknown field', path: '/operations', body: { verbs: 'x' }, field: '', message: /verbs/ },
      { title: 'a bad id', path: '/operations', body: { id: 'a/b' }, field: 'id', message: /one segment/ },
      {
        title: 'a bad time',
        path: '/operations',
        body: { createTime: 'now' },
        field: 'createTime',
        message: /2026-11-22T/,
      },
      {
        title: 'a name that is taken',
        path: '/operations',
        body: { id: 'seed' },
        field: 'id',
        message: /operations\/seed/,
      },
      {
        title: 'one id for two',
        path: '/operations',
        body: { id: 'x', count: 2 },
        field: 'id',
        message: /operations\/x/,
      },
      { title: 'no fault', path: '/faults', body: {}, field: 'fault', message: /fault/ },
      {
        title: 'an unknown kind of request',
        path: '/faults',
        body: { on: 'gets', fault: { kind: 'hang' } },
        field: 'on',
        message: /one of get, list, cancel/,
      },
      {
        title: 'an error that is none',
        path: '/faults',
        body: { fault: { kind: 'error', error: { code: 'OK' } } },
        field: 'fault.error.code',
        message: /NOT_FOUND/,
      },
      {
        title: 'a quota of nothing',
        path: '/settings',
        body: { quota: { limit: 0, windowMs: 1 } },
        field: 'quota.limit',
        message: />=1/,
      },
    ];
    for (const { title, path, body, field, message } of cases) {
      it(title, async () => {
        const error = errorOf(await send('POST', path, body));
        assert.equal(error.status, 'INVALID_ARGUMENT');
        assert.match(error.message, message);
        assert.match(JSON.stringify(error.details), new RegExp(`"field":"${field.replaceAll('.', '\\.')}"`));
      });
    }

    it('a body that is no JSON', async () => {
      const reply = await call(`${emulator.url}/emulator/faults`, { method: 'POST', body: '{' });
      assert.match(errorOf(reply).message, /JSON/);
    });

    it('a limit that is none', async () => {
      assert.equal(errorOf(await send('GET', '/requests?limit=all')).status, 'INVALID_ARGUMENT');
    });

    it('a path or method that it does not have', async () => {
      assert.match(errorOf(await send('GET', '/nothing')).message, /POST \/emulator\/faults/);
      assert.match(errorOf(await send('GET', '/reset')).message, /: POST \/emulator\/reset\.$/);
    });
  });
});
