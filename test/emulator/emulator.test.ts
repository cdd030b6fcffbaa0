import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { type CallOptions, call, errorOf, pageOf, type Reply } from './call.ts';
import { type Emulator, startEmulator } from './emulator.ts';

describe('the emulator', () => {
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

  describe('what a test sees', () => {
    it('logs each request with what became of it', async () => {
      const name = emulator.startOperation();
      await post(`${name}:cancel?alt=json`, '{}');
      const [request] = emulator.requests;
      assert.ok(request !== undefined && emulator.requests.length === 1);
      const { headers, ...rest } = request;
      assert.equal(headers.authorization, 'Bearer any');
      assert.deepEqual(rest, {
        kind: 'cancel',
        name,
        method: 'POST',
        path: `/v1/${name}:cancel?alt=json`,
        body: '{}',
        receiveTime: time,
        fault: null,
        applied: true,
        status: 200,
      });
    });

    it('counts requests and the connections that carry them', async () => {
      const name = emulator.startOperation();
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (const path of [name, name, `${emulator.parent}/operations`]) await api(path, { agent });
      await call(`${emulator.url}/computeMetadata/v1/instance/id`, { agent, headers: { 'metadata-flavor': 'Google' } });
      agent.destroy();
      const { requests, connections } = emulator.counts;
      assert.deepEqual([requests.get, requests.list, requests.metadata, requests.cancel], [2, 1, 1, 0]);
      assert.deepEqual(connections, { datastream: 1, metadata: 1 });
    });

    it('keeps a bounded log, or none', async () => {
      await using small = await startEmulator({ logLimit: 2 });
      await using none = await startEmulator({ logLimit: 0 });
      for (let index = 0; index < 7; index += 1) {
        await call(`${small.url}/v1/${index}`);
        await call(`${none.url}/v1/${index}`);
        assert.ok(small.requests.length <= 4);
      }
      assert.equal(small.requests.at(-1)?.path, '/v1/6');
      assert.deepEqual([none.requests.length, none.counts.requests.other], [0, 7]);
    });

    it('starts again from its options', async () => {
      await using seeded = await startEmulator({
        operations: [{ id: 'first', onCancel: { kind: 'cancels' } }],
        latencyMs: 1,
      });
      const first = `${seeded.parent}/operations/first`;
      await call(`${seeded.url}/v1/${first}:cancel`, { method: 'POST', body: '' });
      seeded.startOperation({ id: 'second' });
      seeded.fault({ fault: { kind: 'resetBefore' } });
      seeded.reset();
      assert.deepEqual(
        [...seeded.operations()].map(({ resource, done }) => [resource.name, done]),
        [[first, false]],
      );
      assert.equal((await call(`${seeded.url}/v1/${first}`)).status, 200);
      assert.deepEqual([seeded.requests.length, seeded.counts.requests.cancel], [1, 0]);
    });

    it('refuses a second operation of the same name', () => {
      emulator.startOperation({ id: 'twin' });
      assert.throws(() => emulator.startOperation({ id: 'twin' }), /operations\/twin/);
    });

    it('does not start with two operations of the same name', async () => {
      await assert.rejects(startEmulator({ operations: [{ id: 'twin' }, { id: 'twin' }] }), /operations\/twin/);
    });

    it('has room for 50,000 operations', async () => {
      const names = emulator.startOperations(50_000, (index) => ({ verb: index % 2_500 === 0 ? 'create' : 'update' }));
      assert.equal(new Set(names).size, 50_000);
      const last = await api(`${emulator.parent}/operations?pageSize=1000`);
      assert.equal(pageOf(last).operations?.length, 1000);
    });
  });

  describe('its quota', () => {
    it('refuses what is above it and says how long to wait', async () => {
      emulator.setQuota({ limit: 2, windowMs: 10_000, hint: 'both' });
      const list = `${emulator.parent}/operations`;
      const statuses = [(await api(list)).status, (await api(list)).status];
      time += 8500;
      const refused = await api(list);
      assert.deepEqual([...statuses, refused.status], [200, 200, 429]);
      assert.equal(refused.headers['retry-after'], '2');
      const { status, details = [] } = errorOf(refused);
      assert.equal(status, 'RESOURCE_EXHAUSTED');
      assert.deepEqual(
        details.map((detail) => detail['reason'] ?? detail['retryDelay']),
        ['RATE_LIMIT_EXCEEDED', '1.500s'],
      );
      time += 1500;
      assert.equal((await api(list)).status, 200);
    });

    it('says nothing of the wait unless told to, and can be lifted', async () => {
      emulator.setQuota({ limit: 1, windowMs: 60_000 });
      await api(emulator.parent);
      const refused = await api(emulator.parent);
      assert.deepEqual([refused.headers['retry-after'], errorOf(refused).details?.length], [undefined, 1]);
      emulator.setQuota(undefined);
      assert.equal((await api(emulator.parent)).status, 200);
    });
  });
});
