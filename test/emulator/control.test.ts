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
  const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

  it('tells what it can do', async () => {
    const { body } = await send('GET', '');
    for (const path of ['operations', 'faults', 'requests', 'settings', 'connections/drop', 'tokens/expire', 'reset'])
      assert.ok(body.includes(`/emulator/${path}: `), path);
  });

  it('starts operations that behave as told, without being told anything, and many at once', async () => {
    const name = `${emulator.parent}/operations/stubborn`;
    const start = { id: 'stubborn', verb: 'update', onCancel: { kind: 'neverEnds' } };
    assert.deepEqual(await json(send('POST', '/operations', start)), { names: [name] });
    await call(`${emulator.url}/v1/${name}:cancel`, { method: 'POST', body: '' });
    const { resource, done, requestedCancellation } = emulator.operation(name) ?? assert.fail();
    assert.deepEqual([resource.metadata.verb, done, requestedCancellation], ['update', false, true]);
    await send('POST', '/operations');
    await send('POST', '/operations', { count: 300, location: 'europe-west4' });
    assert.equal([...emulator.operations()].length, 303);
  });

  it('shows the truth about operations, of which the newest ones', async () => {
    const name = emulator.startOperation();
    const truth = asJson({ operations: [emulator.operation(name)] });
    assert.deepEqual(await json(send('GET', '/operations?limit=1')), truth);
    assert.deepEqual(await json(send('GET', `/operations?name=${name}`)), truth);
    assert.deepEqual(await json(send('GET', '/operations?name=unknown')), { operations: [] });
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
    for (const path of ['/operations', '']) await call(`${emulator.url}/v1/${emulator.parent}${path}`);
    const shown = { requests: asJson(emulator.requests.slice(-1)), counts: emulator.counts };
    assert.deepEqual(await json(send('GET', '/requests?limit=1')), shown);
    assert.equal(emulator.requests.length, 2);
  });

  it('sets and lifts latency and quota', async () => {
    const list = async (): Promise<number> => (await call(`${emulator.url}/v1/${emulator.parent}/operations`)).status;
    await send('POST', '/settings', { latencyMs: 15, quota: { limit: 1, windowMs: 60_000 } });
    const start = performance.now();
    assert.deepEqual([await list(), await list()], [200, 429]);
    assert.ok(performance.now() - start >= 28);
    await send('POST', '/settings', { latencyMs: 0, quota: null });
    assert.equal(await list(), 200);
  });

  it('expires tokens', async () => {
    const token = `${emulator.url}/computeMetadata/v1/instance/service-accounts/default/token`;
    const { body } = await call(token, { headers: { 'metadata-flavor': 'Google' } });
    await send('POST', '/tokens/expire');
    const headers = { authorization: `Bearer ${JSON.parse(body).access_token}` };
    assert.equal((await call(`${emulator.url}/v1/${emulator.parent}`, { headers })).status, 401);
  });

  it('resets', async () => {
    emulator.startOperation();
    assert.deepEqual(await json(send('POST', '/reset')), {});
    assert.equal([...emulator.operations()].length, 1);
  });

  describe('says what is wrong with', () => {
    const cases: Readonly<Record<string, readonly [path: string, body: unknown, field: string, message: RegExp]>> = {
      'an unknown behavior': ['operations', { onCancel: { kind: 'explodes' } }, 'onCancel.kind', /'neverEnds'/],
      'an unknown field': ['operations', { verbs: 'x' }, '', /verbs/],
      'a bad id': ['operations', { id: 'a/b' }, 'id', /one segment/],
      'a bad time': ['operations', { createTime: 'now' }, 'createTime', /2026-11-22T/],
      'a name that is taken': ['operations', { id: 'seed' }, 'id', /operations\/seed/],
      'one id for two': ['operations', { id: 'x', count: 2 }, 'id', /operations\/x/],
      'no fault': ['faults', {}, 'fault', /fault/],
      'an unknown kind of request': [
        'faults',
        { on: 'gets', fault: { kind: 'hang' } },
        'on',
        /one of get, list, cancel/,
      ],
      'an error that is none': [
        'faults',
        { fault: { kind: 'error', error: { code: 'OK' } } },
        'fault.error.code',
        /NOT_FOUND/,
      ],
      'a quota of nothing': ['settings', { quota: { limit: 0, windowMs: 1 } }, 'quota.limit', />=1/],
      'a way to die that is none': ['connections/drop', { how: 'loudly' }, 'how', /"silently"/],
    };
    for (const [title, [path, body, field, message]] of Object.entries(cases)) {
      it(title, async () => {
        const error = errorOf(await send('POST', `/${path}`, body));
        assert.equal(error.status, 'INVALID_ARGUMENT');
        assert.match(error.message, message);
        assert.ok(JSON.stringify(error.details).includes(`"field":"${field}"`));
      });
    }

    it('what is no JSON, no limit, no path and no method of it', async () => {
      const reply = await call(`${emulator.url}/emulator/faults`, { method: 'POST', body: '{' });
      assert.match(errorOf(reply).message, /JSON/);
      assert.equal(errorOf(await send('GET', '/requests?limit=all')).status, 'INVALID_ARGUMENT');
      assert.match(errorOf(await send('GET', '/nothing')).message, /POST \/emulator\/faults/);
      assert.match(errorOf(await send('GET', '/reset')).message, /: POST \/emulator\/reset\.$/);
    });
  });
});
