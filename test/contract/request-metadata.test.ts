import assert from 'node:assert/strict';
import { type HeldStage, startHeldStage } from './held-stage.ts';
import { startBeside } from './stage.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${TRACE_ID}-b7ad6b7169203331-01`;
const OTHER_TRACE_ID = '105445aa7843bc8bf206b12000100000';

describe('section 5: what the record takes from the request and the settings', () => {
  let stage: HeldStage;

  before(async () => {
    stage = await startHeldStage();
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.reset());

  describe('requestId', () => {
    const pubsub = (name: string, more: object = {}) => ({
      message: { data: Buffer.from(JSON.stringify({ name, ...more })).toString('base64'), messageId: '77' },
      subscription: 's',
    });
    const scheduler = {
      'x-cloudscheduler': 'true',
      'x-cloudscheduler-jobname': 'nightly',
      'x-cloudscheduler-scheduletime': '2026-11-22T10:00:00Z',
    };

    for (const { what, command, headers, expected } of [
      {
        what: "the command's own",
        command: (name: string) => ({ name, requestId: 'a.B_9:@/~-' }),
        headers: { 'webhook-id': 'msg_1' },
        expected: 'a.B_9:@/~-',
      },
      {
        what: "the command's own in a message too",
        command: (name: string) => pubsub(name, { requestId: 'mine' }),
        expected: 'mine',
      },
      { what: 'else the message id', command: (name: string) => pubsub(name), expected: 'pubsub:77' },
      {
        what: 'else job and schedule time',
        command: (name: string) => name,
        headers: scheduler,
        expected: 'scheduler:nightly@2026-11-22T10:00:00Z',
      },
      {
        what: 'else the webhook-id',
        command: (name: string) => name,
        headers: { 'webhook-id': 'msg_1' },
        expected: 'webhook:msg_1',
      },
      { what: 'else the auditId', command: (name: string) => name, expected: undefined },
    ]) {
      it(`is ${what}`, async () => {
        const { record } = await stage.act(command(stage.emulator.startOperation()), headers);
        assert.equal(record.requestId, expected ?? record.auditId);
      });
    }
  });

  describe('callerIp', () => {
    for (const { what, forwarded, expected } of [
      { what: "the peer's address without X-Forwarded-For", forwarded: undefined, expected: '127.0.0.1' },
      { what: 'the address of X-Forwarded-For', forwarded: '203.0.113.7', expected: '203.0.113.7' },
      {
        what: 'the last of several, which the caller cannot forge',
        forwarded: '10.0.0.1, 198.51.100.2,203.0.113.7',
        expected: '203.0.113.7',
      },
      { what: 'an IPv6 address', forwarded: '2001:db8::7', expected: '2001:db8::7' },
      { what: "the peer's where the header is nonsense", forwarded: 'unknown', expected: '127.0.0.1' },
      { what: "the peer's where the header is empty", forwarded: '', expected: '127.0.0.1' },
    ]) {
      it(`is ${what}`, async () => {
        const headers: Record<string, string> = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
        const { record } = await stage.post({ headers });
        assert.equal(record.requestMetadata.callerIp, expected);
      });
    }
  });

  describe('trace', () => {
    const zeros = '0'.repeat(32);

    for (const { what, headers, expected } of [
      { what: 'traceparent', headers: { traceparent: TRACEPARENT }, expected: TRACE_ID },
      {
        what: 'X-Cloud-Trace-Context',
        headers: { 'x-cloud-trace-context': `${OTHER_TRACE_ID}/1;o=1` },
        expected: OTHER_TRACE_ID,
      },
      {
        what: 'X-Cloud-Trace-Context with a trace alone',
        headers: { 'x-cloud-trace-context': OTHER_TRACE_ID },
        expected: OTHER_TRACE_ID,
      },
      {
        what: 'traceparent where both are there',
        headers: { traceparent: TRACEPARENT, 'x-cloud-trace-context': `${OTHER_TRACE_ID}/1` },
        expected: TRACE_ID,
      },
      {
        what: 'X-Cloud-Trace-Context where traceparent is malformed',
        headers: { traceparent: '00-xyz', 'x-cloud-trace-context': `${OTHER_TRACE_ID}/1` },
        expected: OTHER_TRACE_ID,
      },
      { what: 'neither', headers: {}, expected: undefined },
      {
        what: 'a traceparent of zeros',
        headers: { traceparent: `00-${zeros}-b7ad6b7169203331-01` },
        expected: undefined,
      },
      { what: 'a malformed X-Cloud-Trace-Context', headers: { 'x-cloud-trace-context': 'a/b' }, expected: undefined },
    ]) {
      it(`is ${expected === undefined ? 'null with' : 'from'} ${what}`, async () => {
        const { record } = await stage.post({ headers });
        const name = expected === undefined ? null : `projects/acme-data/traces/${expected}`;
        assert.equal(record.requestMetadata.trace, name);
      });
    }

    it('is there as soon as the metadata server answers', async () => {
      await using starting = await startBeside(stage, {});
      const fault = { kind: 'status', status: 503 } as const;
      const down = stage.emulator.fault({ on: 'metadata', fault });
      const headers = { traceparent: TRACEPARENT };
      assert.equal((await starting.post({ headers })).record.requestMetadata.trace, null);
      down.remove();
      const { requestMetadata, runtime } = (await starting.post({ headers })).record;
      assert.equal(requestMetadata.trace, `projects/acme-data/traces/${TRACE_ID}`);
      assert.equal(runtime.serviceAccount, 'datastream-cancel@acme-data.iam.gserviceaccount.com');
    });

    it('is null where the own project is not known', async () => {
      await using elsewhere = await startBeside(stage, { METADATA_SERVER_DETECTION: 'none' });
      const { record } = await elsewhere.post({ headers: { traceparent: TRACEPARENT } });
      process.env['METADATA_SERVER_DETECTION'] = 'assume-present';
      assert.equal(record.requestMetadata.trace, null);
      assert.equal(record.runtime.serviceAccount, null);
    });
  });

  describe('authorizationInfo.rule', () => {
    for (const { what, env, verb, granted, rule } of [
      {
        what: 'the entry that allowed it',
        env: { ALLOWED_PARENTS: 'projects/*/locations/a1, projects/*/locations/*' },
        verb: 'create',
        granted: true,
        rule: 'projects/*/locations/*',
      },
      {
        what: 'ALLOWED_PARENTS where no entry does',
        env: { ALLOWED_PARENTS: 'projects/acme-data/locations/a1' },
        verb: 'create',
        granted: false,
        rule: 'ALLOWED_PARENTS',
      },
      {
        what: 'ALLOWED_VERBS where the verb is not in it',
        env: { ALLOWED_VERBS: 'update,delete' },
        verb: 'create',
        granted: false,
        rule: 'ALLOWED_VERBS',
      },
      {
        what: 'ALLOWED_CALLERS where the caller is not in it',
        env: { ALLOWED_CALLERS: 'ops@example.com' },
        verb: 'create',
        granted: false,
        rule: 'ALLOWED_CALLERS',
      },
    ]) {
      it(`is ${what}`, async () => {
        await using other = await startBeside(stage, env);
        const { authorizationInfo } = (await other.post({ body: stage.emulator.startOperation({ verb }) })).record;
        assert.deepEqual(authorizationInfo, { permission: 'datastream.operations.cancel', granted, rule });
      });
    }
  });
});
