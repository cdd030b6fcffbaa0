import assert from 'node:assert/strict';
import { startEmulator } from '../emulator/emulator.ts';
import type { Fault } from '../emulator/schema.ts';
import { post } from '../soak/post.ts';
import { type FunctionUnderTest, startFunction } from '../support/function.ts';

describe("section 7: the function's own project, where ALLOWED_PARENTS is unset", () => {
  const emulator = startEmulator();
  let fn: FunctionUnderTest;

  beforeEach(async () => {
    const { environment, reset } = await emulator;
    reset();
    fn = await startFunction({ ...environment, REQUEST_DEADLINE: '0.4s', DEFAULT_WAIT: '0s' });
  });
  afterEach(() => fn[Symbol.asyncDispose]());
  after(async () => (await emulator).close());

  const passing: readonly Fault[] = [
    { kind: 'status', status: 503 },
    { kind: 'status', status: 429, headers: { 'metadata-flavor': 'Google' } },
    { kind: 'status', status: 403, headers: { 'metadata-flavor': 'Google' } },
    { kind: 'status', status: 200, body: 'acme-data' },
    { kind: 'resetBefore' },
    { kind: 'hang' },
    { kind: 'cutOff', bytes: 3 },
  ];
  for (const fault of passing) {
    it(`may be learned later: a message is delivered again where the metadata server fails (${JSON.stringify(fault)})`, async () => {
      const there = await emulator;
      const name = there.startOperation();
      there.fault({ on: 'metadata', fault });
      const first = await post(fn.url, { name }, 'PUBSUB', 1);
      assert.deepEqual([first.http, first.record.outcome, first.record.status?.name], [503, 'ERROR', 'UNAVAILABLE']);
      assert.equal(there.operation(name)?.cancels.arrived.length, 0);
      there.clearFaults();
      assert.equal((await post(fn.url, { name }, 'PUBSUB', 1)).record.outcome, 'CANCELLED');
    });
  }

  it('is not there where nobody listens at the address of the metadata server: nothing is allowed', async () => {
    const there = await emulator;
    await using alone = await startFunction({ ...there.environment, GCE_METADATA_HOST: '127.0.0.1:9' });
    const { http, record } = await post(alone.url, { name: there.startOperation() }, 'PUBSUB', 1);
    assert.deepEqual([http, record.outcome, record.authorizationInfo.rule], [200, 'DENIED', 'ALLOWED_PARENTS']);
  });

  it('is not there where the metadata server says so: nothing is allowed, now and later', async () => {
    const there = await emulator;
    const name = there.startOperation();
    there.fault({ on: 'metadata', fault: { kind: 'status', status: 404, headers: { 'metadata-flavor': 'Google' } } });
    const { http, record } = await post(fn.url, { name }, 'PUBSUB', 1);
    assert.deepEqual([http, record.outcome, record.authorizationInfo.rule], [200, 'DENIED', 'ALLOWED_PARENTS']);
  });

  for (const [by, project, other] of [
    ['id', 'acme-data7', 'acme-data77'],
    ['number', '4711', '47110'],
  ] as const) {
    it(`is allowed by its ${by}, and no other that begins like it`, async () => {
      await using there = await startEmulator({ projectId: 'acme-data7', projectNumber: '4711' });
      await using own = await startFunction({ ...there.environment, DEFAULT_WAIT: '0s' });
      const ask = async (of: string) => {
        const name = `projects/${of}/locations/us-central1/operations/operation-1`;
        return (await post(own.url, { name }, 'WEBHOOK', 1)).record;
      };
      const { authorizationInfo, outcome } = await ask(project);
      assert.deepEqual([authorizationInfo.granted, authorizationInfo.rule], [true, `projects/${project}/locations/*`]);
      assert.notEqual(outcome, 'DENIED');
      assert.equal((await ask(other)).outcome, 'DENIED');
    });
  }

  it('is learned: what is outside of it is DENIED for good', async () => {
    const name = 'projects/other-data/locations/us-central1/operations/operation-1';
    const { http, record } = await post(fn.url, { name }, 'PUBSUB', 1);
    assert.deepEqual([http, record.outcome, record.authorizationInfo.rule], [200, 'DENIED', 'ALLOWED_PARENTS']);
  });

  it('need not be learned where ALLOWED_PARENTS is set', async () => {
    const there = await emulator;
    const settings = { ALLOWED_PARENTS: 'projects/acme-data/locations/*', METADATA_SERVER_DETECTION: 'assume-present' };
    await using other = await startFunction({ ...there.environment, ...settings, DEFAULT_WAIT: '0s' });
    const name = there.startOperation();
    there.fault({ on: 'metadata', times: 3, fault: { kind: 'status', status: 503 } });
    assert.equal((await post(other.url, { name }, 'PUBSUB', 1)).record.outcome, 'CANCELLED');
  });
});
