import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type CallOptions, call, errorOf, operationOf, pageOf, type Reply } from './call.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import type { Fault } from './schema.ts';

describe('the emulator as Datastream', () => {
  const now = Date.parse('2026-11-22T10:15:00.412Z');
  let emulator: Emulator;
  let parent: string;

  before(async () => {
    emulator = await startEmulator({ now: () => now });
    parent = emulator.parent;
  });
  after(() => emulator.close());
  beforeEach(() => emulator.reset());

  const api = (path: string, options?: CallOptions): Promise<Reply> => call(`${emulator.url}/v1/${path}`, options);
  const post = (path: string, body = ''): Promise<Reply> => api(path, { method: 'POST', body });
  const json = async (path: string): Promise<unknown> => JSON.parse((await api(path)).body);
  const refusalOf = async (path: string): Promise<string> => errorOf(await api(path)).status;

  describe('get', () => {
    it('shows a running operation as Datastream writes it', async () => {
      const name = emulator.startOperation({ verb: 'update' });
      const reply = await api(name);
      assert.deepEqual([reply.status, reply.headers['content-type']], [200, 'application/json; charset=UTF-8']);
      assert.match(name, /\/operations\/operation-1795342500412-[0-9a-f]{13}-[0-9a-f]{8}-[0-9a-f]{8}$/);
      const { done, metadata } = operationOf(reply);
      const { createTime, ...rest } = metadata;
      assert.match(createTime, /^2026-11-22T10:15:00\.412\d{6}Z$/);
      assert.equal(done, false);
      assert.deepEqual(rest, {
        '@type': 'type.googleapis.com/google.cloud.datastream.v1.OperationMetadata',
        target: `${parent}/streams/orders`,
        verb: 'update',
        requestedCancellation: false,
        apiVersion: 'v1',
      });
    });

    it('takes what a test says of an operation', async () => {
      const createTime = '2026-11-22T09:31:02.853003653Z';
      const said = { createTime, statusMessage: 'Creating', requestedCancellation: true };
      const name = emulator.startOperation({
        id: 'op',
        project: 'example.com:other',
        location: 'europe-west4',
        ...said,
      });
      assert.equal(name, 'projects/example.com:other/locations/europe-west4/operations/op');
      const { metadata } = operationOf(await api(name.replace(':', '%3A')));
      assert.deepEqual({ ...metadata, ...said }, metadata);
    });

    it('finds an operation by the number of the project too, and answers with its id', async () => {
      const name = emulator.startOperation();
      assert.equal(operationOf(await api(name.replace('acme-data', '481516234200'))).name, name);
    });

    it('knows nothing of other operations', async () => {
      const name = `${parent}/operations/unknown`;
      for (const reply of [await api(name), await post(`${name}:cancel`), await api(name, { method: 'DELETE' })]) {
        assert.deepEqual(errorOf(reply), {
          code: 404,
          message: `Resource '${name}' was not found`,
          status: 'NOT_FOUND',
          details: [{ '@type': 'type.googleapis.com/google.rpc.ResourceInfo', resourceName: name }],
        });
      }
    });
  });

  describe('cancel', () => {
    for (const body of ['', '{}', ' { } \n']) {
      it(`takes ${JSON.stringify(body)} as a body`, async () => {
        const name = emulator.startOperation();
        assert.equal((await post(`${name}:cancel`, body)).body, '{}');
        assert.equal(emulator.operation(name)?.done, true);
      });
    }

    it('refuses any other body, and a POST without a length, and cancels nothing then', async () => {
      const name = emulator.startOperation();
      assert.equal(errorOf(await post(`${name}:cancel`, '{"name":"x"}')).status, 'INVALID_ARGUMENT');
      const socket = connect(emulator.port, '127.0.0.1');
      socket.write(`POST /v1/${name}:cancel HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      assert.match(await text(socket), /^HTTP\/1\.1 411 Length Required\r\n/);
      assert.equal(emulator.operation(name)?.done, false);
    });

    it('refuses where the operation is done', async () => {
      const name = emulator.startOperation({ endsByItself: { kind: 'completes' } });
      assert.equal(errorOf(await post(`${name}:cancel`)).status, 'FAILED_PRECONDITION');
      assert.equal(emulator.operation(name)?.requestedCancellation, false);
    });
  });

  describe('list', () => {
    /** The pages of a list, at most `most`: of each the ids of its operations. */
    async function pages(query: string, most: number): Promise<{ ids: string[][]; tokens: (string | undefined)[] }> {
      const ids: string[][] = [];
      const tokens: (string | undefined)[] = [];
      let token: string | undefined = '';
      while (token !== undefined && ids.length < most) {
        const page = pageOf(await api(`${parent}/operations?filter=ignored&pageToken=${token}${query}`));
        ids.push((page.operations ?? []).map(({ name }) => name.slice(`${parent}/operations/`.length)));
        token = page.nextPageToken;
        tokens.push(token);
      }
      return { ids, tokens };
    }
    const start = (...ids: readonly string[]) => ids.map((id) => emulator.startOperation({ id }));

    it('is an empty object where there are none', async () => {
      assert.deepEqual(await json(`${parent}/operations`), {});
    });

    it('has pages that together have everything of its parent once', async () => {
      start('a', 'b', 'c', 'd', 'e');
      emulator.startOperation({ location: 'europe-west4' });
      assert.deepEqual((await pages('&pageSize=2', 9)).ids, [['a', 'b'], ['c', 'd'], ['e']]);
    });

    it('loses none when operations are deleted between pages', async () => {
      const [first = '', second = ''] = start('a', 'b', 'c', 'd');
      const { nextPageToken } = pageOf(await api(`${parent}/operations?pageSize=2`));
      for (const name of [first, second]) assert.equal((await api(name, { method: 'DELETE' })).body, '{}');
      const rest = pageOf(await api(`${parent}/operations?pageToken=${nextPageToken}`));
      assert.equal(rest.operations?.length, 2);
    });

    it('gives 50 where no size is asked for, and never more than 1000', async () => {
      emulator.startOperations(1001, () => ({}));
      assert.equal(pageOf(await api(`${parent}/operations`)).operations?.length, 50);
      assert.equal(pageOf(await api(`${parent}/operations?pageSize=5000`)).operations?.length, 1000);
    });

    for (const query of ['?pageSize=-1', '?pageSize=many', '?pageToken=nonsense']) {
      it(`refuses ${query}`, async () => {
        assert.equal(await refusalOf(`${parent}/operations${query}`), 'INVALID_ARGUMENT');
        assert.equal(await refusalOf(`projects/acme-data/locations${query}`), 'INVALID_ARGUMENT');
      });
    }

    describe('with a fault', () => {
      const fault = (about: Omit<Extract<Fault, { kind: 'list' }>, 'kind'>) =>
        emulator.fault({ on: 'list', name: parent, fault: { kind: 'list', ...about } });

      it('tells of places that could not be read, beside what could', async () => {
        const [name] = start('a');
        const there = `${parent}/operations?fields=operations/name,unreachable`;
        const rule = fault({ unreachable: true });
        assert.deepEqual(await json(there), { operations: [{ name }], unreachable: [parent] });
        assert.deepEqual(await json('projects/acme-data/locations/europe-west3/operations'), {});
        rule.remove();
        fault({ unreachable: ['a', 'b'] });
        assert.deepEqual(await json(there), { operations: [{ name }], unreachable: ['a', 'b'] });
      });

      it('comes round to its first page: A, B, A, B', async () => {
        start('a', 'b', 'c', 'd');
        fault({ pageSize: 2, afterLastPage: 'first' });
        const { ids, tokens } = await pages('&pageSize=500', 6);
        const [A, B] = [
          ['a', 'b'],
          ['c', 'd'],
        ];
        assert.deepEqual(ids, [A, B, A, B, A, B]);
        assert.equal(new Set(tokens).size, 2);
      });

      it('never ends, with empty pages', async () => {
        start('a', 'b', 'c');
        fault({ pageSize: 2, afterLastPage: 'emptyPages' });
        const { ids, tokens } = await pages('', 6);
        assert.deepEqual(ids, [['a', 'b'], ['c'], [], [], [], []]);
        assert.equal(new Set(tokens).size, 6);
      });

      it('never ends, with more and more operations', async () => {
        start('a', 'b', 'c');
        fault({ afterLastPage: 'morePages' });
        const { ids } = await pages('&pageSize=10', 6);
        assert.deepEqual([ids.map((page) => page.length), new Set(ids.flat()).size], [[10, 10, 10, 10, 10, 10], 60]);
      });
    });
  });

  describe('locations', () => {
    const locations = 'projects/acme-data/locations';
    const ids = async (of: Emulator, query = ''): Promise<{ ids: string[]; next: string | undefined }> => {
      const page = JSON.parse((await call(`${of.url}/v1/${locations}${query}`)).body);
      for (const { name, locationId } of page.locations) assert.equal(name, `${locations}/${locationId}`);
      return {
        ids: page.locations.map(({ locationId }: { locationId: string }) => locationId),
        next: page.nextPageToken,
      };
    };

    it('are two, and wherever there are operations', async () => {
      emulator.startOperation({ location: 'asia-east1' });
      emulator.startOperation({ location: 'asia-east2', project: 'other-project' });
      assert.deepEqual(await ids(emulator), { ids: ['us-central1', 'europe-west3', 'asia-east1'], next: undefined });
      assert.deepEqual(await json(parent), { name: parent, locationId: 'us-central1' });
      const { listLocations, getLocation } = emulator.counts.requests;
      assert.deepEqual([listLocations, getLocation], [1, 1]);
    });

    it('are those of the options and no others, in pages', async () => {
      await using own = await startEmulator({ locations: ['a', 'b', 'c'] });
      const first = await ids(own, '?pageSize=2');
      assert.deepEqual(first.ids, ['a', 'b']);
      assert.deepEqual(await ids(own, `?pageSize=2&pageToken=${first.next}`), { ids: ['c'], next: undefined });
      assert.equal((await call(`${own.url}/v1/${locations}/b/operations`)).body, '{}');
      for (const path of ['', '/operations', '/operations/x']) {
        const { status, message, details } = errorOf(await call(`${own.url}/v1/${locations}/z${path}`));
        assert.equal(message, "Permission denied on 'locations/z' (or it may not exist).");
        assert.deepEqual([status, details?.[0]?.['reason']], ['PERMISSION_DENIED', 'LOCATION_POLICY_VIOLATED']);
      }
    });

    it('cannot all be listed by one call', async () => {
      assert.equal(await refusalOf(`${locations}/-/operations`), 'INVALID_ARGUMENT');
    });
  });

  describe('fields', () => {
    let name: string;
    const error = { code: 5, message: 'Gone.' };

    beforeEach(() => {
      name = emulator.startOperation({ endsByItself: { kind: 'fails', code: 'NOT_FOUND', message: 'Gone.' } });
      emulator.startOperation({ endsByItself: { kind: 'completes', responseBytes: 50_000 } });
    });

    it('leave out what they do not name', async () => {
      const whole = operationOf(await api(name));
      assert.deepEqual(await json(`${name}?fields=name,done,error,metadata`), whole);
      const cases: Readonly<Record<string, unknown>> = {
        name: { name },
        'done,response': { done: true },
        'error/code': { error: { code: 5 } },
        'error(code,message),metadata(verb)': { error, metadata: { verb: 'create' } },
        'error/code,error/message': { error },
        'error,error/code': { error },
        'metadata/none,*/code': { error: { code: 5 }, metadata: {} },
        '*': whole,
        '': whole,
      };
      for (const [fields, expected] of Object.entries(cases)) {
        assert.deepEqual(await json(`${name}?fields=${encodeURIComponent(fields)}`), expected, fields);
      }
    });

    it('keep a page small', async () => {
      const list = `${parent}/operations`;
      const { operations, nextPageToken } = pageOf(await api(`${list}?pageSize=1`));
      const fields = 'operations(name,done,error,metadata),nextPageToken,unreachable';
      assert.deepEqual(await json(`${list}?pageSize=1&fields=${fields}`), { operations, nextPageToken });
      assert.deepEqual(await json(`${list}?pageSize=1&fields=operations/name`), { operations: [{ name }] });
      assert.ok((await api(list)).body.length > 50_000);
      assert.ok((await api(`${list}?fields=${fields}`)).body.length < 2000);
    });

    it('must name something, or nothing is done', async () => {
      const running = emulator.startOperation();
      for (const fields of [
        'nonsense',
        'name/x',
        'error/x',
        'name,',
        '(name)',
        'error(code',
        'name)',
        'name done',
        ' ',
      ]) {
        const { status, details } = errorOf(await api(`${running}?fields=${encodeURIComponent(fields)}`));
        assert.equal(status, 'INVALID_ARGUMENT', fields);
        assert.match(JSON.stringify(details), /Error expanding 'fields' parameter\. /);
      }
      assert.equal(await refusalOf(`${parent}/operations?fields=name`), 'INVALID_ARGUMENT');
      assert.equal(errorOf(await post(`${running}:cancel?fields=name`)).status, 'INVALID_ARGUMENT');
      assert.equal(emulator.operation(running)?.done, false);
    });
  });

  describe('methods that start operations', () => {
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
        const { name, done, metadata } = operationOf(await api(`${parent}/${path}`, { method, ...body }));
        assert.ok(name.startsWith(`${parent}/operations/operation-`));
        assert.deepEqual([done, metadata['verb'], metadata['target']], [false, verb, `${parent}/${target}`]);
        assert.equal(emulator.operation(name)?.done, false);
      });
    }

    it('refuse to create something without an id, and bodies of more than a mebibyte', async () => {
      const error = errorOf(await post(`${parent}/streams`, '{}'));
      assert.equal(error.status, 'INVALID_ARGUMENT');
      assert.match(error.message, /streamId/);
      const large = await post(`${parent}/streams?streamId=s`, 'x'.repeat(1_048_577));
      assert.equal(errorOf(large).status, 'INVALID_ARGUMENT');
      assert.deepEqual([...emulator.operations()], []);
    });
  });

  it('says what of Datastream it does not have', async () => {
    for (const path of [
      'streams',
      'streams/s',
      'streams/s/objects',
      'connectionProfiles:discover',
      'privateConnections/p',
    ])
      assert.equal(await refusalOf(`${parent}/${path}`), 'UNIMPLEMENTED', path);
  });

  it("answers what Datastream does not have with a page of Google's front end", async () => {
    const there = 'projects/p/locations/l/operations/';
    for (const path of ['operations/x', 'projects/p/operations/x', `${there}a%2Fb`, `${there}%E0`]) {
      const { status, headers } = await api(path);
      assert.deepEqual([status, headers['content-type']], [404, 'text/html; charset=UTF-8'], path);
    }
  });
});
