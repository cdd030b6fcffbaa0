import assert from 'node:assert/strict';
import {
  type CredentialProblem,
  iamPermissionDenied,
  rateLimitExceeded,
  serviceDisabled,
  unauthenticated,
} from '../emulator/google-errors.ts';
import { type HeldStage, startHeldStage } from './held-stage.ts';
import { startStage } from './stage.ts';

const missing: CredentialProblem = 'ACCESS_TOKEN_TYPE_UNSUPPORTED';

describe('section 5: status.reason, and what status.message says to do', () => {
  let stage: HeldStage;

  before(async () => {
    stage = await startHeldStage();
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.reset());

  for (const { error, says } of [
    {
      error: iamPermissionDenied('datastream.operations.get', 'o'),
      says: /Grant .*datastream\.operations\b.*\.cancel/,
    },
    { error: serviceDisabled('481516234200'), says: /Enable datastream\.googleapis\.com/ },
    { error: rateLimitExceeded(1200, '481516234200'), says: /later.*quota/ },
    { error: unauthenticated(missing, 'm'), says: /credentials of the runtime service account/ },
    { error: { code: 'PERMISSION_DENIED', message: 'No.', reason: 'BILLING_DISABLED' } as const, says: /billing/ },
    { error: { code: 'PERMISSION_DENIED', message: 'No.', reason: 'SOMETHING_NEW' } as const, says: /roles/ },
    { error: { code: 'UNAVAILABLE', message: 'Later.' } as const, says: /again/ },
    { error: { code: 'NOT_FOUND', message: 'No.' } as const, says: /name/ },
    { error: { code: 'PERMISSION_DENIED', message: 'No.', reason: 'CONSUMER_INVALID' } as const, says: /project in/ },
    {
      error: { code: 'PERMISSION_DENIED', message: 'No.', reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' } as const,
      says: /scope cloud-platform/,
    },
    { error: { code: 'UNIMPLEMENTED', message: 'No.' } as const, says: /wait for its end/ },
    { error: { code: 'FAILED_PRECONDITION', message: 'No.' } as const, says: /look at it and decide anew/ },
    ...(['RESOURCE_EXHAUSTED', 'DEADLINE_EXCEEDED', 'ABORTED', 'INTERNAL', 'UNKNOWN'] as const).map((code) => ({
      error: { code, message: 'Later.', reason: undefined },
      says: /Send the request again/,
    })),
    ...(['INVALID_ARGUMENT', 'ALREADY_EXISTS', 'OUT_OF_RANGE', 'DATA_LOSS'] as const).map((code) => ({
      error: { code, message: 'No.', reason: undefined },
      says: /Look at the operation/,
    })),
  ]) {
    const reason = error.reason ?? null;

    it(`${error.code}, ${reason ?? 'no reason'}`, async () => {
      stage.emulator.fault({ on: 'get', fault: { kind: 'error', error } });
      const { status } = (await stage.act(stage.emulator.startOperation())).record;
      assert.equal(status.name, error.code);
      assert.equal(status.reason, reason);
      assert.ok(status.message.startsWith(error.message ?? ''), status.message);
      assert.match(status.message.slice(error.message?.length), says);
      assert.match(status.message, /\.$/);
    });
  }

  it('keeps what Datastream says and what to do two sentences', async () => {
    const error = { code: 'NOT_FOUND', message: "Resource 'x.y' was not found" } as const;
    stage.emulator.fault({ on: 'get', fault: { kind: 'error', error } });
    const { status } = (await stage.act(stage.emulator.startOperation())).record;
    assert.match(status.message, /^Resource 'x\.y' was not found\. [A-Z]/);
  });

  for (const { what, on, fault, says } of [
    { what: 'is silent', on: 'get', fault: { kind: 'hang' }, says: 'Datastream did not answer in time.' },
    { what: 'breaks off', on: 'get', fault: { kind: 'resetBefore' }, says: 'The connection to Datastream broke.' },
    {
      what: 'answers with a page',
      on: 'get',
      fault: { kind: 'status', status: 200, body: '<html>' },
      says: 'Datastream answered something that its API does not document.',
    },
    {
      what: 'is not asked for want of a token',
      on: 'token',
      fault: { kind: 'status', status: 403 },
      says: 'No access token could be had for the runtime service account.',
    },
  ] as const) {
    it(`says what happened where Datastream ${what}`, async () => {
      await using short = await startStage({ REQUEST_DEADLINE: '0.5s' });
      short.emulator.fault({ on, fault });
      const { record } = await short.post({ body: short.emulator.startOperation() });
      assert.ok(record.status.message.startsWith(`${says} Send the request again`), record.status.message);
    });
  }

  it('says what happened where nobody listens at the endpoint', async () => {
    await using nowhere = await startStage({ DATASTREAM_ENDPOINT: 'http://127.0.0.1:9', REQUEST_DEADLINE: '0.5s' });
    const { record } = await nowhere.post({ body: nowhere.emulator.startOperation() });
    assert.match(record.status.message, /^Datastream could not be reached\. Send the request again/);
  });

  it('has the reason of a cancel that was refused', async () => {
    const name = stage.emulator.startOperation({
      onCancel: { kind: 'refuses', error: iamPermissionDenied('datastream.operations.cancel', 'o') },
    });
    const { status } = (await stage.act(name)).record;
    assert.equal(status.reason, 'IAM_PERMISSION_DENIED');
    assert.match(status.message, /datastream\.operations\.cancel' denied.*Grant/);
  });

  const info = (more: object) => ({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', ...more });
  for (const { what, details, reason } of [
    { what: 'behind other details', details: [{ '@type': 'other' }, null, 5, info({ reason: 'A' })], reason: 'A' },
    { what: 'from the first ErrorInfo', details: [info({ reason: 'A' }), info({ reason: 'B' })], reason: 'A' },
    { what: 'from no other type', details: [{ '@type': 'type.googleapis.com/other', reason: 'A' }], reason: null },
    { what: 'not where it is no string', details: [info({ reason: 5 })], reason: null },
    { what: 'not where it is empty', details: [info({ reason: '' })], reason: null },
    { what: 'not where details are no list', details: { reason: 'A' }, reason: null },
  ]) {
    it(`reads the reason ${what}`, async () => {
      const body = JSON.stringify({ error: { code: 403, status: 'PERMISSION_DENIED', message: 'No.', details } });
      stage.emulator.fault({ on: 'get', fault: { kind: 'status', status: 403, body } });
      const { status } = (await stage.act(stage.emulator.startOperation())).record;
      assert.deepEqual([status.name, status.reason], ['PERMISSION_DENIED', reason]);
    });
  }
});
