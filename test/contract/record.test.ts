import assert from 'node:assert/strict';
import manifest from '../../package.json' with { type: 'json' };
import { type HeldStage, startHeldStage } from './held-stage.ts';
import { startBeside } from './stage.ts';

/** Every field of the record, in the order of the contract. */
const FIELDS = [
  'schemaVersion',
  'auditId',
  'requestId',
  'serviceName',
  'methodName',
  'resourceName',
  'location',
  'outcome',
  'status',
  'reason',
  'validateOnly',
  'authenticationInfo',
  'authorizationInfo',
  'requestMetadata',
  'trigger',
  'operationBefore',
  'operationAfter',
  'cancelAttempts',
  'receiveTime',
  'completeTime',
  'runtime',
  'parentAuditId',
  'select',
  'counts',
  'results',
];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${TRACE_ID}-b7ad6b7169203331-01`;

/** A token as Cloud Run hands it on. */
function checkedToken(claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `Bearer ${encode({ alg: 'RS256' })}.${encode(claims)}.SIGNATURE_REMOVED_BY_GOOGLE`;
}

describe('section 5: the audit record', () => {
  let stage: HeldStage;

  before(async () => {
    stage = await startHeldStage();
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.reset());

  it('tells everything of a message that cancelled an operation on Cloud Run', async () => {
    const { emulator, clock } = stage;
    await using deployed = await startBeside(
      stage,
      {
        K_SERVICE: 'datastream-operation-cancel',
        K_REVISION: 'datastream-operation-cancel-00007-abc',
        ALLOWED_PARENTS: 'projects/acme-data/locations/*',
      },
      { clock },
    );
    const name = emulator.startOperation();
    const reason = 'INC-4821: create stuck for 40 minutes';
    const received = clock.now();
    const { record } = await deployed.post({
      headers: {
        authorization: checkedToken({ sub: '1093', email: 'ops-bot@acme-data.iam.gserviceaccount.com' }),
        'content-type': 'application/json',
        'user-agent': 'CloudPubSub-Google',
        'x-forwarded-for': '198.51.100.1, 203.0.113.7',
        traceparent: TRACEPARENT,
      },
      body: JSON.stringify({
        message: {
          data: Buffer.from(JSON.stringify({ name, reason })).toString('base64'),
          messageId: '2070443601311540',
          publishTime: '2026-11-22T10:14:58.123Z',
        },
        subscription: 'projects/acme-data/subscriptions/cancel',
        deliveryAttempt: 1,
      }),
    });
    const { metadata } = emulator.operation(name)?.resource ?? assert.fail();
    const common = { verb: metadata.verb, target: metadata.target, createTime: metadata.createTime };
    assert.deepEqual(record, {
      schemaVersion: '1.0',
      auditId: record.auditId,
      requestId: 'pubsub:2070443601311540',
      serviceName: 'datastream.googleapis.com',
      methodName: 'google.longrunning.Operations.CancelOperation',
      resourceName: name,
      location: 'us-central1',
      outcome: 'CANCELLED',
      status: { code: 0, name: 'OK', message: '', reason: null, fieldViolations: [] },
      reason,
      validateOnly: false,
      authenticationInfo: {
        principalEmail: 'ops-bot@acme-data.iam.gserviceaccount.com',
        principalSubject: '1093',
        verifiedBy: 'IAM',
      },
      authorizationInfo: {
        permission: 'datastream.operations.cancel',
        granted: true,
        rule: 'projects/acme-data/locations/*',
      },
      requestMetadata: {
        callerIp: '203.0.113.7',
        callerSuppliedUserAgent: 'CloudPubSub-Google',
        trace: `projects/acme-data/traces/${TRACE_ID}`,
      },
      trigger: {
        type: 'PUBSUB',
        deliveryId: '2070443601311540',
        source: 'projects/acme-data/subscriptions/cancel',
        eventTime: '2026-11-22T10:14:58.123Z',
        deliveryAttempt: 1,
      },
      operationBefore: {
        ...common,
        done: false,
        errorCode: null,
        errorMessage: null,
        endTime: null,
        requestedCancellation: false,
        statusMessage: null,
      },
      operationAfter: {
        ...common,
        done: true,
        errorCode: 1,
        errorMessage: 'The operation was cancelled.',
        endTime: metadata.endTime,
        requestedCancellation: true,
        statusMessage: null,
      },
      cancelAttempts: 1,
      receiveTime: new Date(received).toISOString(),
      completeTime: new Date(clock.now()).toISOString(),
      runtime: {
        serviceAccount: 'datastream-cancel@acme-data.iam.gserviceaccount.com',
        service: 'datastream-operation-cancel',
        revision: 'datastream-operation-cancel-00007-abc',
        version: manifest.version,
      },
      parentAuditId: null,
      select: null,
      counts: null,
      results: null,
    });
  });

  it('has every field, in one order, null where nothing is known', async () => {
    const { record } = await stage.post();
    assert.deepEqual(Object.keys(record), FIELDS);
    assert.deepEqual(
      {
        resourceName: record.resourceName,
        location: record.location,
        reason: record.reason,
        operationBefore: record.operationBefore,
        operationAfter: record.operationAfter,
        userAgent: record.requestMetadata.callerSuppliedUserAgent,
        trace: record.requestMetadata.trace,
        service: record.runtime.service,
        revision: record.runtime.revision,
        parentAuditId: record.parentAuditId,
      },
      {
        resourceName: null,
        location: null,
        reason: null,
        operationBefore: null,
        operationAfter: null,
        userAgent: null,
        trace: null,
        service: null,
        revision: null,
        parentAuditId: null,
      },
    );
    const { type, ...rest } = record.trigger;
    assert.equal(type, 'WEBHOOK');
    assert.deepEqual(rest, { deliveryId: null, source: null, eventTime: null, deliveryAttempt: null });
    assert.deepEqual(record.authorizationInfo, {
      permission: 'datastream.operations.cancel',
      granted: null,
      rule: null,
    });
  });

  it('has the same fields whatever the outcome', async () => {
    const { emulator } = stage;
    const commands = [
      emulator.startOperation(),
      emulator.startOperation({ onCancel: { kind: 'neverEnds' } }),
      `${emulator.parent}/operations/unknown`,
      'nonsense',
      { parent: emulator.parent, select: { verbs: ['none'] } },
    ];
    for (const command of commands) {
      const { record, entries } = await stage.act(command);
      assert.deepEqual(Object.keys(record), FIELDS);
      for (const { audit } of entries) assert.deepEqual(Object.keys(audit), FIELDS);
    }
  });

  it('has an auditId of its own each time', async () => {
    const ids = new Set<string>();
    for (let count = 0; count < 20; count += 1) {
      const { auditId } = (await stage.post()).record;
      assert.match(auditId, UUID);
      ids.add(auditId);
    }
    assert.equal(ids.size, 20);
  });

  it('has resourceName as soon as the name is known to be valid, however wrong the rest is', async () => {
    const name = `${stage.emulator.parent}/operations/operation-1`;
    const { record } = await stage.act({ name, wait: 5, reason: 'because', requestId: 'mine', validateOnly: true });
    assert.deepEqual(
      [record.outcome, record.resourceName, record.location, record.reason, record.requestId, record.validateOnly],
      ['INVALID', name, 'us-central1', 'because', 'mine', true],
    );
  });

  it('has its times in RFC 3339 in UTC, those of Datastream with all their digits', async () => {
    const name = stage.emulator.startOperation({ createTime: '2026-11-22T09:31:02.853003653Z' });
    const { record } = await stage.act(name, {
      'x-cloudscheduler': 'true',
      'x-cloudscheduler-jobname': 'nightly',
      'x-cloudscheduler-scheduletime': '2026-11-22T11:00:00+01:00',
    });
    assert.equal(record.operationBefore?.createTime, '2026-11-22T09:31:02.853003653Z');
    assert.match(record.operationAfter?.endTime ?? '', /^2026-11-22T\d\d:\d\d:\d\d\.\d{9}Z$/);
    assert.match(record.receiveTime, /^2026-11-22T\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.match(record.completeTime, /^2026-11-22T\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(record.trigger.eventTime, '2026-11-22T10:00:00.000Z');
  });

  it('leaves out times of Datastream that are none', async () => {
    const name = stage.emulator.startOperation();
    const metadata = { createTime: 'yesterday', endTime: '2026-13-45T00:00:00Z', verb: 'create' };
    const body = JSON.stringify({ name, done: true, metadata });
    stage.emulator.fault({ on: 'get', fault: { kind: 'status', status: 200, body } });
    const { operationBefore } = (await stage.act(name)).record;
    assert.deepEqual([operationBefore?.createTime, operationBefore?.endTime], [null, null]);
  });
});
