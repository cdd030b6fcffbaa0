import assert from 'node:assert/strict';
import { request } from 'node:http';
import type { OperationStart } from '../emulator/schema.ts';
import { entryOf } from '../support/entry.ts';
import { until } from '../support/until.ts';
import { ask } from './ask.ts';
import { breakLaterReads } from './expected.ts';
import { type HeldStage, startHeldStage } from './held-stage.ts';
import { startBeside } from './stage.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${TRACE_ID}-b7ad6b7169203331-01`;

const NOTICE: readonly { outcome: string; operation: OperationStart; command?: object }[] = [
  { outcome: 'CANCELLED', operation: {} },
  { outcome: 'CANCEL_REQUESTED', operation: { onCancel: { kind: 'neverEnds' } } },
  { outcome: 'ALREADY_DONE', operation: { endsByItself: { kind: 'completes' } } },
  { outcome: 'VALIDATED', operation: {}, command: { validateOnly: true } },
];

const OTHERS: readonly { outcome: string; severity: string; operation: OperationStart }[] = [
  { outcome: 'COMPLETED', severity: 'WARNING', operation: { onCancel: { kind: 'completes' } } },
  { outcome: 'FAILED', severity: 'WARNING', operation: { onCancel: { kind: 'fails', code: 'ABORTED' } } },
  {
    outcome: 'NOT_FOUND',
    severity: 'WARNING',
    operation: { onCancel: { kind: 'refuses', error: { code: 'NOT_FOUND' } } },
  },
  {
    outcome: 'UNSUPPORTED',
    severity: 'ERROR',
    operation: { onCancel: { kind: 'refuses', error: { code: 'UNIMPLEMENTED' } } },
  },
  {
    outcome: 'ERROR',
    severity: 'ERROR',
    operation: { onCancel: { kind: 'refuses', error: { code: 'PERMISSION_DENIED' } } },
  },
];

describe('section 6: the entries of the audit log', () => {
  let stage: HeldStage;

  before(async () => {
    stage = await startHeldStage();
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.reset());

  it('are an INTENT and a RESULT for a cancellation, with these keys and no others', async () => {
    const name = stage.emulator.startOperation();
    const command = { name, reason: 'stuck', requestId: 'mine' };
    const { record, entries } = await stage.act(command, { traceparent: TRACEPARENT });
    const [intent, result, ...more] = entries;
    assert.deepEqual(more, []);
    assert.ok(intent !== undefined && result !== undefined);
    const trace = `projects/acme-data/traces/${TRACE_ID}`;
    const operation = { id: record.auditId, producer: 'datastream-operation-cancel' };
    const pending = { outcome: null, status: null, completeTime: null, operationAfter: null, cancelAttempts: 0 };
    assert.deepEqual(intent, {
      severity: 'NOTICE',
      message: intent.message,
      'logging.googleapis.com/trace': trace,
      'logging.googleapis.com/operation': { ...operation, first: true },
      'logging.googleapis.com/labels': { trigger: 'WEBHOOK' },
      phase: 'INTENT',
      audit: { ...record, ...pending },
    });
    assert.deepEqual(result, {
      severity: 'NOTICE',
      message: result.message,
      'logging.googleapis.com/trace': trace,
      'logging.googleapis.com/operation': { ...operation, last: true },
      'logging.googleapis.com/labels': { outcome: 'CANCELLED', trigger: 'WEBHOOK' },
      phase: 'RESULT',
      audit: record,
    });
    for (const { message } of entries) assert.match(message, /^[A-Z].* \S*\/operations\/.*\.$/);
  });

  it('are a RESULT alone where no cancel is sent', async () => {
    for (const command of [
      stage.emulator.startOperation({ endsByItself: { kind: 'completes' } }),
      { name: stage.emulator.startOperation(), validateOnly: true },
      `${stage.emulator.parent}/operations/unknown`,
      'nonsense',
      'projects/other-project/locations/us-central1/operations/o',
    ]) {
      const { entries } = await stage.act(command);
      assert.deepEqual(
        entries.map(({ phase }) => phase),
        ['RESULT'],
      );
      assert.deepEqual(entries[0]?.['logging.googleapis.com/operation'].last, true);
    }
    assert.equal(stage.emulator.counts.requests.cancel, 0);
  });

  it('are one INTENT and one RESULT however often the cancel is sent', async () => {
    stage.emulator.fault({ on: 'cancel', times: 4, fault: { kind: 'resetBefore' } });
    const { record, entries } = await stage.act(stage.emulator.startOperation());
    assert.equal(record.cancelAttempts, 5);
    assert.deepEqual(
      entries.map(({ phase }) => phase),
      ['INTENT', 'RESULT'],
    );
  });

  it('are none for what is no POST', async () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) await ask(stage.url, { method });
    assert.deepEqual(stage.lines, []);
  });

  it('have no trace where none is known', async () => {
    const { entries } = await stage.act(stage.emulator.startOperation());
    for (const entry of entries) assert.ok(!('logging.googleapis.com/trace' in entry));
  });

  it('have the trace of X-Cloud-Trace-Context where there is no traceparent', async () => {
    const { entries } = await stage.act('nonsense', { 'x-cloud-trace-context': `${TRACE_ID}/1;o=1` });
    assert.equal(entries[0]?.['logging.googleapis.com/trace'], `projects/acme-data/traces/${TRACE_ID}`);
  });

  it('have the trigger as a label', async () => {
    const data = Buffer.from(stage.emulator.startOperation()).toString('base64');
    const message = await stage.act({ message: { data, messageId: '1' }, subscription: 's' });
    const scheduled = await stage.act(stage.emulator.startOperation(), { 'x-cloudscheduler': 'true' });
    const labels = [...message.entries, ...scheduled.entries].map((entry) => entry['logging.googleapis.com/labels']);
    assert.deepEqual(labels, [
      { trigger: 'PUBSUB' },
      { trigger: 'PUBSUB', outcome: 'CANCELLED' },
      { trigger: 'SCHEDULER' },
      { trigger: 'SCHEDULER', outcome: 'CANCELLED' },
    ]);
  });

  it('have the message for a person on one line, whatever the caller put into the reason', async () => {
    const { entries } = await stage.act({ name: stage.emulator.startOperation(), reason: '"}{\\ \u2028 …' });
    assert.equal(entries.length, 2);
    for (const line of stage.lines) assert.equal(line.split('\n').length, 1);
  });

  describe('severity', () => {
    for (const { outcome, severity, operation, command = {} } of [
      ...NOTICE.map((each) => ({ ...each, severity: 'NOTICE' })),
      ...OTHERS.map((each) => ({ ...each, command: {} })),
    ]) {
      it(`is ${severity} for ${outcome}`, async () => {
        const { record, entries } = await stage.act({ name: stage.emulator.startOperation(operation), ...command });
        assert.equal(record.outcome, outcome);
        const severities = entries.map((entry) => [entry.phase, entry.severity]);
        const sent = record.cancelAttempts > 0 ? [['INTENT', 'NOTICE']] : [];
        assert.deepEqual(severities, [...sent, ['RESULT', severity]]);
      });
    }

    it('is ERROR for UNKNOWN', async () => {
      breakLaterReads(stage);
      const { record, entries } = await stage.act(stage.emulator.startOperation());
      assert.deepEqual([record.outcome, entries.at(-1)?.severity], ['UNKNOWN', 'ERROR']);
    });

    it('is WARNING for INVALID', async () => {
      const { record, entries } = await stage.act('nonsense');
      assert.deepEqual([record.outcome, entries.at(-1)?.severity], ['INVALID', 'WARNING']);
    });

    it('is WARNING for DENIED', async () => {
      await using narrow = await startBeside(stage, { ALLOWED_VERBS: 'update' });
      await narrow.post({ body: stage.emulator.startOperation() });
      assert.match(narrow.lines[0] ?? '', /^\{"severity":"WARNING","message":"DENIED/);
    });

    it('is WARNING for UNAUTHENTICATED', async () => {
      await using deployed = await startBeside(stage, { K_SERVICE: 's' });
      await deployed.post({ body: 'nonsense' });
      assert.match(deployed.lines[0] ?? '', /^\{"severity":"WARNING","message":"UNAUTHENTICATED/);
    });

    it('is WARNING for EXPIRED', async () => {
      const publishTime = '2020-01-01T00:00:00Z';
      const data = Buffer.from(stage.emulator.startOperation()).toString('base64');
      const { record, entries } = await stage.act({ message: { data, publishTime }, subscription: 's' });
      assert.deepEqual([record.outcome, entries.at(-1)?.severity], ['EXPIRED', 'WARNING']);
    });
  });

  it('are one RESULT for a POST whose caller hangs up before the answer', async () => {
    const outgoing = request(stage.url, { method: 'POST' });
    outgoing.on('error', () => undefined);
    stage.emulator.fault({
      on: 'get',
      times: 1,
      fault: () => {
        outgoing.destroy();
        return undefined;
      },
    });
    const name = stage.emulator.startOperation();
    outgoing.end(name);
    const line = await until('the RESULT', () => stage.lines.find((text) => text.includes('"phase":"RESULT"')));
    assert.equal(entryOf(line).audit.outcome, 'CANCELLED');
    assert.equal(stage.lines.length, 2);
  });
});
