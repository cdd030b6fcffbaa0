import assert from 'node:assert/strict';
import type { Fault } from '../emulator/schema.ts';
import { type HeldStage, startHeldStage } from './held-stage.ts';

const HTML = '<!DOCTYPE html><title>Welcome</title>';

const status = (code: number, body: string, headers: Record<string, string> = {}): Fault => ({
  kind: 'status',
  status: code,
  body,
  headers,
});

describe('section 8: answers that the API does not document', () => {
  let stage: HeldStage;

  before(async () => {
    stage = await startHeldStage();
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.reset());

  describe('a success without the documented body is an ERROR with INTERNAL, and nothing is cancelled', () => {
    const operation = (name: string) => JSON.stringify({ name, done: true, response: {} });
    const elsewhere = 'projects/acme-data/locations/us-central1/operations/another';

    const answers: readonly { what: string; fault: (name: string) => Fault }[] = [
      { what: 'HTML', fault: () => status(200, HTML) },
      { what: 'no body', fault: () => status(200, '') },
      { what: 'the true answer without its body', fault: () => ({ kind: 'empty' }) },
      { what: '204', fault: () => status(204, '') },
      { what: 'JSON that is cut off', fault: (name) => status(200, operation(name).slice(0, -3)) },
      { what: 'an empty object', fault: () => status(200, '{}') },
      { what: 'null', fault: () => status(200, 'null') },
      { what: 'a list', fault: (name) => status(200, `[${operation(name)}]`) },
      { what: 'a string', fault: (name) => status(200, JSON.stringify(name)) },
      { what: 'a name that is no string', fault: () => status(200, '{"name": 5, "done": true}') },
      { what: 'done that is no boolean', fault: (name) => status(200, JSON.stringify({ name, done: 'yes' })) },
      { what: 'an error body', fault: () => status(200, '{"error": {"code": 404, "status": "NOT_FOUND"}}') },
      { what: 'another operation', fault: () => ({ kind: 'otherOperation' }) },
      { what: 'another operation that is done', fault: () => status(200, operation(elsewhere)) },
      { what: 'an operation of a longer id', fault: (name) => status(200, operation(`${name}1`)) },
      { what: 'a redirect', fault: () => ({ kind: 'redirect', location: '/v1/elsewhere' }) },
      { what: '304', fault: () => status(304, '') },
    ];

    for (const { what, fault } of answers) {
      it(`as ${what}`, async () => {
        const name = stage.emulator.startOperation();
        stage.emulator.fault({ on: 'get', fault: fault(name) });
        const { http, record } = await stage.act({ name });
        assert.deepEqual([http, record.outcome, record.status.name], [500, 'ERROR', 'INTERNAL']);
        assert.deepEqual(stage.calls(), ['get']);
        assert.equal(record.operationBefore, null);
      });
    }

    it('as more than 4 MiB, which counts as a connection that breaks', async () => {
      const name = stage.emulator.startOperation();
      stage.emulator.fault({ on: 'get', fault: { kind: 'giant', bytes: 50_000_000 } });
      const { record } = await stage.act({ name });
      assert.deepEqual([record.outcome, record.status.name], ['ERROR', 'UNAVAILABLE']);
      assert.deepEqual(stage.calls(), Array(5).fill('get'));
    });
  });

  describe('what is documented is read whatever comes with it', () => {
    it('fields that are new', async () => {
      const name = stage.emulator.startOperation();
      const body = JSON.stringify({ name, done: true, response: {}, etag: 'x', metadata: { verb: 'run', more: [] } });
      stage.emulator.fault({ on: 'get', fault: status(200, body) });
      const { record } = await stage.act({ name });
      assert.deepEqual([record.outcome, record.operationBefore?.verb], ['ALREADY_DONE', 'run']);
    });

    it('padding of 100 kB', async () => {
      stage.emulator.fault({ on: 'get', fault: { kind: 'giant', bytes: 100_000 } });
      assert.equal((await stage.act(stage.emulator.startOperation())).record.outcome, 'CANCELLED');
    });

    it('an operation without metadata', async () => {
      const name = stage.emulator.startOperation();
      stage.emulator.fault({ on: 'get', times: 1, fault: status(200, JSON.stringify({ name })) });
      const { record } = await stage.act({ name });
      assert.equal(record.outcome, 'CANCELLED');
      assert.deepEqual(record.operationBefore, {
        done: false,
        errorCode: null,
        errorMessage: null,
        verb: null,
        target: null,
        createTime: null,
        endTime: null,
        requestedCancellation: false,
        statusMessage: null,
      });
    });

    it('a name with the number of the project where its id was asked for, and the other way round', async () => {
      const name = stage.emulator.startOperation();
      const numbered = name.replace('acme-data', '481516234200');
      assert.equal((await stage.act({ name: numbered })).record.outcome, 'CANCELLED');
      const other = stage.emulator.startOperation();
      const body = JSON.stringify({ name: other.replace('acme-data', '481516234200'), done: true, response: {} });
      stage.emulator.fault({ on: 'get', fault: status(200, body) });
      assert.equal((await stage.act({ name: other })).record.outcome, 'ALREADY_DONE');
    });

    it('an empty body for the cancel', async () => {
      stage.emulator.fault({ on: 'cancel', fault: { kind: 'empty' } });
      assert.equal((await stage.act(stage.emulator.startOperation())).record.outcome, 'CANCELLED');
    });
  });

  describe('an error body that is not of Google counts by its HTTP status', () => {
    for (const [http, name, outcome = 'ERROR'] of [
      [400, 'INVALID_ARGUMENT'],
      [401, 'UNAUTHENTICATED'],
      [403, 'PERMISSION_DENIED'],
      [404, 'NOT_FOUND', 'NOT_FOUND'],
      [429, 'RESOURCE_EXHAUSTED'],
      [500, 'INTERNAL'],
      [501, 'UNIMPLEMENTED'],
      [502, 'UNAVAILABLE'],
      [503, 'UNAVAILABLE'],
      [504, 'UNAVAILABLE'],
    ] as const) {
      it(`${http} is ${name}`, async () => {
        for (const body of [
          HTML,
          '',
          'upstream connect error',
          '{"error":"invalid_grant"}',
          '{}',
          '[1]',
          '{"error":{}}',
        ]) {
          stage.reset();
          stage.emulator.fault({ on: 'get', fault: status(http, body) });
          const { record } = await stage.act(stage.emulator.startOperation());
          assert.deepEqual([record.outcome, record.status.name], [outcome, name], body);
          assert.doesNotMatch(record.status.message, /DOCTYPE|upstream/);
        }
      });
    }

    it('also where its status is no code or OK', async () => {
      for (const said of ['OK', 'NONSENSE', 'constructor', 5, null]) {
        stage.reset();
        stage.emulator.fault({ on: 'get', fault: status(403, JSON.stringify({ error: { status: said } })) });
        const { record } = await stage.act(stage.emulator.startOperation());
        assert.equal(record.status.name, 'PERMISSION_DENIED', String(said));
      }
    });
  });

  describe("an error body of Google counts by its status, whatever HTTP's is", () => {
    for (const [http, name] of [
      [400, 'FAILED_PRECONDITION'],
      [400, 'OUT_OF_RANGE'],
      [409, 'ALREADY_EXISTS'],
      [409, 'ABORTED'],
      [500, 'DATA_LOSS'],
      [500, 'UNKNOWN'],
      [503, 'PERMISSION_DENIED'],
      [418, 'UNIMPLEMENTED'],
    ] as const) {
      it(`${http} with ${name}`, async () => {
        const body = JSON.stringify({ error: { code: http, status: name, message: 'Said.' } });
        stage.emulator.fault({ on: 'get', fault: status(http, body) });
        const { record } = await stage.act(stage.emulator.startOperation());
        assert.equal(record.status.name, name);
        assert.match(record.status.message, /^Said\. /);
        assert.deepEqual(stage.calls(), ['get']);
      });
    }
  });
});
