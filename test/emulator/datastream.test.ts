import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type CallOptions, call, errorOf, operationOf, pageOf, type Reply } from './call.ts';
import { type Emulator, startEmulator } from './emulator.ts';

describe('the emulator as Datastream', () => {
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

  describe('get', () => {
    it('shows a running operation as Datastream writes it', async () => {
      const name = emulator.startOperation({ verb: 'update', target: `${emulator.parent}/streams/orders` });
      const reply = await api(name);
      assert.equal(reply.status, 200);
      assert.equal(reply.headers['content-type'], 'application/json; charset=UTF-8');
      assert.match(
        name,
        /^projects\/acme-data\/locations\/us-central1\/operations\/operation-1795342500412-[0-9a-f]{13}-[0-9a-f]{8}-[0-9a-f]{8}$/,
      );
      const { createTime, ...metadata } = operationOf(reply).metadata;
      assert.match(createTime, /^2026-11-22T10:15:00\.412\d{6}Z$/);
      assert.deepEqual(metadata, {
        '@type': 'type.googleapis.com/google.cloud.datastream.v1.OperationMetadata',
        target: `${emulator.parent}/streams/orders`,
        verb: 'update',
        requestedCancellation: false,
        apiVersion: 'v1',
      });
      assert.equal((await get(name)).done, false);
    });

    it('takes what a test says of an operation', async () => {
      const name = emulator.startOperation({
        id: 'op-1',
        project: 'example.com:other',
        location: 'europe-west4',
        createTime: '2026-11-22T09:31:02.853003653Z',
        statusMessage: 'Creating',
        requestedCancellation: true,
      });
      assert.equal(name, 'projects/example.com:other/locations/europe-west4/operations/op-1');
      const { metadata } = await get(name.replace(':', '%3A'));
      assert.equal(metadata.createTime, '2026-11-22T09:31:02.853003653Z');
      assert.equal(metadata['statusMessage'], 'Creating');
      assert.equal(metadata.requestedCancellation, true);
    });

    it('finds an operation by the number of the project too, and answers with its id', async () => {
      const name = emulator.startOperation();
      assert.equal((await get(name.replace('acme-data', '481516234200'))).name, name);
    });

    it('knows nothing of other operations', async () => {
      const name = `${emulator.parent}/operations/unknown`;
      const reply = await api(name);
      assert.equal(reply.status, 404);
      assert.deepEqual(errorOf(reply), {
        code: 404,
        message: `Resource '${name}' was not found`,
        status: 'NOT_FOUND',
        details: [{ '@type': 'type.googleapis.com/google.rpc.ResourceInfo', resourceName: name }],
      });
    });
  });

  describe('cancel', () => {
    for (const body of ['', '{}', ' { } \n']) {
      it(`takes ${JSON.stringify(body)} as a body`, async () => {
        const name = emulator.startOperation();
        const reply = await post(`${name}:cancel`, body);
        assert.deepEqual([reply.status, reply.body], [200, '{}']);
        assert.equal(emulator.operation(name)?.done, true);
      });
    }

    it('refuses any other body and cancels nothing', async () => {
      const name = emulator.startOperation();
      const reply = await post(`${name}:cancel`, '{"name":"x"}');
      assert.equal(errorOf(reply).status, 'INVALID_ARGUMENT');
      assert.equal(emulator.operation(name)?.done, false);
    });

    it('refuses a POST without a length, as Google does', async () => {
      const name = emulator.startOperation();
      const socket = connect(emulator.port, '127.0.0.1');
      socket.write(
        `POST /v1/${name}:cancel HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n`,
      );
      assert.match(await text(socket), /^HTTP\/1\.1 411 Length Required\r\n/);
      assert.equal(emulator.operation(name)?.done, false);
    });

    it('does not know the operation', async () => {
      assert.equal((await post(`${emulator.parent}/operations/unknown:cancel`)).status, 404);
    });

    it('refuses where the operation is done', async () => {
      const name = emulator.startOperation({ endsByItself: { kind: 'completes' } });
      assert.equal(errorOf(await post(`${name}:cancel`)).status, 'FAILED_PRECONDITION');
      assert.equal((await get(name)).metadata.requestedCancellation, false);
    });

    it('is counted with its times', async () => {
      const name = emulator.startOperation({ onCancel: { kind: 'neverEnds' } });
      await post(`${name}:cancel`);
      time += 1000;
      await post(`${name}:cancel`);
      await post(`${name}:cancel`, 'no JSON');
      assert.deepEqual(emulator.operation(name)?.cancels, {
        arrived: [time - 1000, time, time],
        applied: [time - 1000, time],
        refused: [time],
      });
    });
  });

  describe('list', () => {
    const page = async (query: string): Promise<ReturnType<typeof pageOf>> =>
      pageOf(await api(`${emulator.parent}/operations${query}`));

    it('is an empty object where there are none', async () => {
      assert.deepEqual(await page(''), {});
    });

    it('has pages that together have everything once', async () => {
      const names = emulator.startOperations(7, () => ({}));
      emulator.startOperation({ location: 'europe-west4' });
      const seen: string[] = [];
      const sizes: number[] = [];
      let token: string | undefined = '';
      while (token !== undefined) {
        const { operations = [], nextPageToken } = await page(`?pageSize=3&pageToken=${token}&filter=ignored`);
        seen.push(...operations.map(({ name }) => name));
        sizes.push(operations.length);
        token = nextPageToken;
      }
      assert.deepEqual(sizes, [3, 3, 1]);
      assert.deepEqual(seen, names);
    });

    it('loses none when operations are deleted between pages', async () => {
      const names = emulator.startOperations(4, () => ({}));
      const { nextPageToken } = await page('?pageSize=2');
      await api(names[0] ?? '', { method: 'DELETE' });
      await api(names[1] ?? '', { method: 'DELETE' });
      const rest = await page(`?pageSize=2&pageToken=${nextPageToken}`);
      assert.deepEqual(
        rest.operations?.map(({ name }) => name),
        names.slice(2),
      );
    });

    it('gives 50 where no size is asked for, and never more than 1000', async () => {
      emulator.startOperations(1001, () => ({}));
      assert.equal((await page('')).operations?.length, 50);
      assert.equal((await page('?pageSize=5000')).operations?.length, 1000);
    });

    for (const query of ['?pageSize=-1', '?pageSize=many', '?pageToken=nonsense']) {
      it(`refuses ${query}`, async () => {
        assert.equal(errorOf(await api(`${emulator.parent}/operations${query}`)).status, 'INVALID_ARGUMENT');
      });
    }
  });

  describe('delete', () => {
    it('forgets the operation', async () => {
      const name = emulator.startOperation();
      assert.deepEqual((await api(name, { method: 'DELETE' })).body, '{}');
      assert.equal((await api(name)).status, 404);
      assert.equal((await api(name, { method: 'DELETE' })).status, 404);
    });
  });

  describe('methods that start operations', () => {
    const parent = 'projects/acme-data/locations/us-central1';
    const cases: readonly [method: string, path: string, verb: string, target: string][] = [
      ['POST', 'streams?streamId=s', 'create', 'streams/s'],
      ['PATCH', 'streams/s?updateMask=displayName', 'update', 'streams/s'],
      ['DELETE', 'streams/s', 'delete', 'streams/s'],
      ['POST', 'streams/s:run', 'run', 'streams/s'],
      ['POST', 'connectionProfiles?connectionProfileId=c', 'create', 'connectionProfiles/c'],
      ['PATCH', 'connectionProfiles/c', 'update', 'connectionProfiles/c'],
      ['DELETE', 'connectionProfiles/c', 'delete', 'connectionProfiles/c'],
      ['POST', 'privateConnections?privateConnectionId=p', 'create', 'privateConnections/p'],
      ['DELETE', 'privateConnections/p?force=true', 'delete', 'privateConnections/p'],
      ['POST', 'privateConnections/p/routes?routeId=r', 'create', 'privateConnections/p/routes/r'],
      ['DELETE', 'privateConnections/p/routes/r', 'delete', 'privateConnections/p/routes/r'],
    ];
    for (const [method, path, verb, target] of cases) {
      it(`${method} ${path}`, async () => {
        const body = method === 'DELETE' ? {} : { body: '{"displayName":"not interpreted"}' };
        const reply = await api(`${parent}/${path}`, { method, ...body });
        assert.equal(reply.status, 200);
        const { name, done, metadata } = operationOf(reply);
        assert.ok(name.startsWith(`${parent}/operations/operation-`));
        assert.deepEqual([done, metadata['verb'], metadata['target']], [false, verb, `${parent}/${target}`]);
        assert.equal(emulator.operation(name)?.done, false);
      });
    }

    it('refuse to create something without an id', async () => {
      const error = errorOf(await post(`${parent}/streams`, '{}'));
      assert.equal(error.status, 'INVALID_ARGUMENT');
      assert.match(error.message, /streamId/);
    });
  });

  describe('everything else', () => {
    it('has its location', async () => {
      const location = { name: emulator.parent, locationId: 'us-central1' };
      assert.deepEqual(JSON.parse((await api(emulator.parent)).body), location);
    });

    for (const path of [
      'streams',
      'streams/s',
      'streams/s/objects',
      'connectionProfiles:discover',
      'privateConnections/p',
    ]) {
      it(`says that it does not have ${path}`, async () => {
        assert.equal(errorOf(await api(`${emulator.parent}/${path}`)).status, 'UNIMPLEMENTED');
      });
    }

    for (const path of [
      'operations/x',
      'projects/p/operations/x',
      'projects/p/locations/l/operations/a%2Fb',
      'projects/p/locations/l/operations/%E0',
    ]) {
      it(`answers ${path} with a page of Google's front end`, async () => {
        const reply = await api(path);
        assert.equal(reply.status, 404);
        assert.equal(reply.headers['content-type'], 'text/html; charset=UTF-8');
      });
    }

    it('refuses bodies of more than a mebibyte', async () => {
      const reply = await post(`${emulator.parent}/streams?streamId=s`, 'x'.repeat(1_048_577));
      assert.equal(errorOf(reply).status, 'INVALID_ARGUMENT');
    });
  });
});
