import assert from 'node:assert/strict';
import type { OperationStart } from '../emulator/schema.ts';
import { type Expected, expectOutcome, ok } from './expected.ts';
import { type HeldStage, startHeldStage } from './held-stage.ts';
import { startBeside } from './stage.ts';

type Case = Expected & { readonly when: string; readonly operation?: OperationStart; readonly command?: object };

const CASES: readonly Case[] = [
  { when: 'the cancel ends it at once', operation: { onCancel: { kind: 'cancels' } }, ...ok('CANCELLED') },
  {
    when: 'the cancel ends it while it is watched',
    operation: { onCancel: { kind: 'cancels', afterMs: 3000 } },
    ...ok('CANCELLED'),
  },
  {
    when: 'somebody else had asked before',
    operation: { requestedCancellation: true, onCancel: { kind: 'cancels', afterMs: 400 } },
    ...ok('CANCELLED'),
  },
  { when: 'it runs on', operation: { onCancel: { kind: 'neverEnds' } }, ...ok('CANCEL_REQUESTED') },
  {
    when: 'it ends just after the wait',
    operation: { onCancel: { kind: 'cancels', afterMs: 10_001 } },
    ...ok('CANCEL_REQUESTED'),
  },
  { when: 'it completes all the same', operation: { onCancel: { kind: 'completes' } }, ...ok('COMPLETED') },
  {
    when: 'it completes while it is watched',
    operation: { onCancel: { kind: 'completes', afterMs: 2000 } },
    ...ok('COMPLETED'),
  },
  {
    when: 'it fails all the same',
    operation: { onCancel: { kind: 'fails', code: 'INTERNAL' } },
    ...ok('FAILED'),
  },
  {
    when: 'it fails while it is watched',
    operation: { onCancel: { kind: 'fails', code: 'ABORTED', afterMs: 2000 } },
    ...ok('FAILED'),
  },
  { when: 'it had completed', operation: { endsByItself: { kind: 'completes' } }, ...ok('ALREADY_DONE', 0) },
  {
    when: 'it had failed',
    operation: { endsByItself: { kind: 'fails', code: 'INTERNAL' } },
    ...ok('ALREADY_DONE', 0),
  },
  { when: 'it had been cancelled', operation: { endsByItself: { kind: 'cancels' } }, ...ok('ALREADY_DONE', 0) },
  {
    when: 'it was done and the command only validates',
    operation: { endsByItself: { kind: 'cancels' } },
    command: { validateOnly: true },
    ...ok('ALREADY_DONE', 0),
  },
  { when: 'the command only validates', operation: {}, command: { validateOnly: true }, ...ok('VALIDATED', 0) },
  { when: 'Datastream has no such operation', outcome: 'NOT_FOUND', http: 404, code: 5, attempts: 0 },
  {
    when: 'Datastream has forgotten it when the cancel comes',
    operation: { onCancel: { kind: 'refuses', error: { code: 'NOT_FOUND' } } },
    outcome: 'NOT_FOUND',
    http: 404,
    code: 5,
    attempts: 1,
  },
  {
    when: 'Datastream cannot cancel it',
    operation: { onCancel: { kind: 'refuses', error: { code: 'UNIMPLEMENTED' } } },
    outcome: 'UNSUPPORTED',
    http: 501,
    code: 12,
    attempts: 1,
  },
];

describe('section 4: outcomes', () => {
  let stage: HeldStage;

  before(async () => {
    stage = await startHeldStage();
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.reset());

  for (const { when, operation, command = {}, ...expected } of CASES) {
    it(`is ${expected.outcome} where ${when}`, async () => {
      const { emulator } = stage;
      const unknown = `${emulator.parent}/operations/unknown`;
      const name = operation === undefined ? unknown : emulator.startOperation(operation);
      const { record } = await expectOutcome(stage, name, command, expected);
      if (expected.attempts === 0 || expected.code !== 0) return;
      const { operationBefore, operationAfter } = record;
      assert.deepEqual(
        [operationBefore?.done, operationAfter?.done, operationAfter?.requestedCancellation],
        [false, expected.outcome !== 'CANCEL_REQUESTED', true],
      );
    });
  }

  it('is INVALID where the request is malformed', async () => {
    const { http, record } = await stage.act({ name: 'projects/acme-data' });
    assert.deepEqual([record.outcome, record.status.code, http], ['INVALID', 3, 400]);
    assert.equal(record.operationBefore, null);
    assert.deepEqual(stage.calls(), []);
  });

  it('is UNAUTHENTICATED where the caller could not be identified', async () => {
    await using deployed = await startBeside(stage, { K_SERVICE: 'datastream-operation-cancel' });
    const { http, record } = await deployed.post({ body: stage.emulator.startOperation() });
    assert.deepEqual([record.outcome, record.status.code, http], ['UNAUTHENTICATED', 16, 401]);
    assert.deepEqual(stage.calls(), []);
  });

  it('is DENIED where the project or location is not allowed', async () => {
    await using narrow = await startBeside(stage, { ALLOWED_PARENTS: 'projects/acme-data/locations/europe-west1' });
    const { http, record } = await narrow.post({ body: stage.emulator.startOperation() });
    assert.deepEqual([record.outcome, record.status.code, http], ['DENIED', 7, 403]);
    assert.deepEqual(stage.calls(), []);
  });

  it('is DENIED where the verb is not allowed, and then nothing is cancelled', async () => {
    await using narrow = await startBeside(stage, { ALLOWED_VERBS: 'update' });
    const name = stage.emulator.startOperation({ verb: 'create' });
    const { http, record } = await narrow.post({ body: name });
    assert.deepEqual([record.outcome, record.status.code, http], ['DENIED', 7, 403]);
    assert.equal(record.operationBefore?.verb, 'create');
    assert.deepEqual(stage.calls(), ['get']);
  });

  it('is EXPIRED where the message is older than MAX_EVENT_AGE', async () => {
    const publishTime = new Date(stage.clock.now() - 3_600_001).toISOString();
    const data = Buffer.from(stage.emulator.startOperation()).toString('base64');
    const { http, record } = await stage.act({ message: { data, messageId: '1', publishTime }, subscription: 's' });
    assert.deepEqual([record.outcome, record.status.code, http], ['EXPIRED', 9, 200]);
    assert.deepEqual(stage.calls(), []);
  });

  it('reads, cancels with an empty body, and reads again', async () => {
    const name = stage.emulator.startOperation();
    await stage.act({ name });
    const requests = stage.emulator.requests.filter(({ path }) => path.startsWith('/v1/'));
    assert.deepEqual(
      requests.map(({ method, path, body }) => `${method} ${path} ${body}`),
      [`GET /v1/${name} `, `POST /v1/${name}:cancel `, `GET /v1/${name} `],
    );
  });

  it('puts the state before and after into the record', async () => {
    const target = `${stage.emulator.parent}/streams/sales`;
    const name = stage.emulator.startOperation({ verb: 'update', target, statusMessage: 'Waiting.' });
    const { record } = await stage.act({ name });
    const { metadata } = stage.emulator.operation(name)?.resource ?? assert.fail();
    const common = { verb: 'update', target, createTime: metadata.createTime, statusMessage: 'Waiting.' };
    const running = { done: false, errorCode: null, errorMessage: null, endTime: null, requestedCancellation: false };
    const cancelled = { done: true, errorCode: 1, errorMessage: 'The operation was cancelled.' };
    const ended = { endTime: metadata.endTime, requestedCancellation: true };
    assert.deepEqual(record.operationBefore, { ...common, ...running });
    assert.deepEqual(record.operationAfter, { ...common, ...cancelled, ...ended });
  });

  it('tells of a done operation how it ended, and leaves it alone', async () => {
    const ended = { kind: 'fails', code: 'ABORTED', message: 'Gone.' } as const;
    const { record } = await stage.act(stage.emulator.startOperation({ endsByItself: ended }));
    assert.deepEqual(stage.calls(), ['get']);
    assert.equal(record.operationAfter, null);
    const { done, errorCode, errorMessage } = record.operationBefore ?? assert.fail();
    assert.deepEqual({ done, errorCode, errorMessage }, { done: true, errorCode: 10, errorMessage: 'Gone.' });
  });
});
