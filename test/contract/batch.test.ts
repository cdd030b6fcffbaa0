import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import type { AuditRecord, Counts } from '../../src/record/schema.ts';
import { OUTCOMES } from '../../src/terms/outcome.ts';
import { startEmulator } from '../emulator/emulator.ts';
import type { RpcCode } from '../emulator/errors.ts';
import type { FaultRule } from '../emulator/faults.ts';
import { rateLimitExceeded } from '../emulator/google-errors.ts';
import type { OperationStart } from '../emulator/schema.ts';
import { deliveryRequest } from '../pubsub/shapes.ts';
import { type FunctionUnderTest, startFunction } from '../support/function.ts';
import { type Entry, freshLocation, hastyClock, idsOf, type Swept, sweep } from './sweep.ts';

const emulator = await startEmulator();
const env = { ...emulator.environment, DEFAULT_WAIT: '0s', MAX_OPERATIONS: '8' };
const outside = { clock: hastyClock };
const fn = await startFunction(env, outside);
const opened: FunctionUnderTest[] = [fn];

/** The function with other settings, put away at the end. */
async function functionWith(more: Readonly<Record<string, string>>, other = {}): Promise<FunctionUnderTest> {
  const started = await startFunction({ ...env, ...more }, { ...outside, ...other });
  opened.push(started);
  return started;
}

after(async () => {
  for (const each of opened) await each[Symbol.asyncDispose]();
  await emulator.close();
});

type Place = { parent: string; names: string[] };

/** Starts operations in a location of their own, the first one oldest; their ids are a, b, c … unless they say otherwise. */
function place(...starts: readonly OperationStart[]): Place {
  const location = freshLocation();
  const names = starts.map((start, index) => {
    const createTime = new Date(Date.parse('2026-11-22T09:00:00Z') + index * 1000).toISOString();
    return emulator.startOperation({ id: idOf(index), location, createTime, ...start });
  });
  return { parent: `projects/acme-data/locations/${location}`, names };
}

const idOf = (index: number) => String.fromCharCode(97 + index);

const running = (count: number): OperationStart[] => Array.from({ length: count }, () => ({}));

/** What a sweep of everything in a place asks for. */
const all = { select: { verbs: ['create'] }, reason: 'nightly sweep' };

/** Lets requests meet faults for the time of a test. */
function faults(...rules: readonly FaultRule[]): void {
  emulator.clearFaults();
  for (const rule of rules) emulator.fault(rule);
}

function error(code: RpcCode): FaultRule['fault'] {
  return { kind: 'error', error: { code } };
}

const zeros = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0]));
const counts = (some: Partial<Counts>) => ({ ...zeros, ...some });
const outcomesOf = ({ results }: Swept) => results.map(({ outcome }) => outcome);
const cancelsOf = ({ names }: Place) => names.map((name) => emulator.operation(name)?.cancels.arrived.length);
const requestsOn = (name: string | undefined) => emulator.requests.filter((request) => request.name === name);

const STATUS_OK = { code: 0, name: 'OK', message: '', reason: null, fieldViolations: [] };

afterEach(() => {
  emulator.clearFaults();
  emulator.setQuota(undefined);
});

describe('section 9: the command', () => {
  const parent = 'projects/acme-data/locations/us-central1';
  const good = { parent, select: { verbs: ['create'] } };
  const wrong: readonly { title: string; command: object; fields: readonly string[] }[] = [
    {
      title: 'a maxOperations above MAX_OPERATIONS',
      command: { ...good, maxOperations: 9 },
      fields: ['maxOperations'],
    },
    { title: 'a maxOperations of 0', command: { ...good, maxOperations: 0 }, fields: ['maxOperations'] },
    { title: 'a maxOperations that is not whole', command: { ...good, maxOperations: 1.5 }, fields: ['maxOperations'] },
    { title: 'a maxOperations that is text', command: { ...good, maxOperations: '5' }, fields: ['maxOperations'] },
    { title: 'a maxOperations that is null', command: { ...good, maxOperations: null }, fields: ['maxOperations'] },
    {
      title: 'a maxOperations beside a name',
      command: { name: `${parent}/operations/a`, maxOperations: 1 },
      fields: ['name'],
    },
    { title: 'an empty verbs', command: { parent, select: { verbs: [] } }, fields: ['select.verbs'] },
    { title: 'a verb that is no string', command: { parent, select: { verbs: [1] } }, fields: ['select.verbs[0]'] },
    {
      title: 'a verb that is none',
      command: { parent, select: { verbs: ['create', ''] } },
      fields: ['select.verbs[1]'],
    },
    { title: 'verbs that are no list', command: { parent, select: { verbs: 'create' } }, fields: ['select.verbs'] },
    { title: 'verbs that are null', command: { parent, select: { verbs: null } }, fields: ['select.verbs'] },
    { title: 'an empty select', command: { parent, select: {} }, fields: ['select'] },
    { title: 'a select that is a list', command: { parent, select: [] }, fields: ['select'] },
    { title: 'a select that is null', command: { parent, select: null }, fields: ['select'] },
    { title: 'a parent without select', command: { parent }, fields: ['select'] },
    { title: 'a select without parent', command: { select: good.select }, fields: ['parent'] },
    { title: 'a parent beside a name', command: { ...good, name: `${parent}/operations/a` }, fields: ['name'] },
    { title: 'an unknown field of select', command: { parent, select: { verb: 'create' } }, fields: ['select.verb'] },
    {
      title: 'a target that is no resource name',
      command: { parent, select: { target: 'streams/*' } },
      fields: ['select.target'],
    },
    {
      title: 'a target with a query',
      command: { parent, select: { target: `${parent}/streams/a?b` } },
      fields: ['select.target'],
    },
    { title: 'an empty target', command: { parent, select: { target: '' } }, fields: ['select.target'] },
    { title: 'a minAge without unit', command: { parent, select: { minAge: '7200' } }, fields: ['select.minAge'] },
    { title: 'a negative minAge', command: { parent, select: { minAge: '-1s' } }, fields: ['select.minAge'] },
    { title: 'a minAge that is a number', command: { parent, select: { minAge: 7200 } }, fields: ['select.minAge'] },
    {
      title: 'a parent that is an operation',
      command: { ...good, parent: `${parent}/operations/a` },
      fields: ['parent'],
    },
    {
      title: 'a parent with a wildcard',
      command: { ...good, parent: 'projects/acme-data/locations/*' },
      fields: ['parent'],
    },
    {
      title: "a parent with Google's wildcard",
      command: { ...good, parent: 'projects/acme-data/locations/-' },
      fields: ['parent'],
    },
    { title: 'a parent that is a project', command: { ...good, parent: 'projects/acme-data' }, fields: ['parent'] },
    {
      title: 'all of it at once',
      command: { parent: 'x', select: { verbs: [], minAge: 'x', target: 'x' }, maxOperations: 99 },
      fields: ['maxOperations', 'parent', 'select.minAge', 'select.target', 'select.verbs'],
    },
  ];
  for (const { title, command, fields } of wrong) {
    it(`refuses ${title}, and asks Datastream nothing`, async () => {
      const before = emulator.counts.requests;
      const { http, summary, entries } = await sweep(fn, command);
      assert.equal(http, 400);
      assert.equal(summary.outcome, 'INVALID');
      const named = new Set(summary.status.fieldViolations.map(({ field }) => field));
      assert.deepEqual([...named].toSorted(), fields);
      assert.deepEqual(
        entries.map(({ phase }) => phase),
        ['RESULT'],
      );
      const { get, list, cancel } = emulator.counts.requests;
      assert.deepEqual([get, list, cancel], [before.get, before.list, before.cancel]);
    });
  }

  it('takes a maxOperations from 1 to MAX_OPERATIONS', async () => {
    for (const maxOperations of [1, 8]) {
      const { parent } = place(...running(1));
      assert.deepEqual(outcomesOf(await sweep(fn, { ...all, parent, maxOperations })), ['CANCELLED']);
    }
  });

  it('has MAX_OPERATIONS in its refusal and nothing of what was sent', async () => {
    const { summary } = await sweep(fn, { ...good, maxOperations: 4711 });
    const [violation] = summary.status.fieldViolations;
    assert.match(violation?.description ?? '', /\b8\b/);
    assert.doesNotMatch(JSON.stringify(summary), /4711/);
  });
});

describe('section 9: the summary', () => {
  it('is a record of the list, with what was asked, counts and results', async () => {
    const { parent } = place({}, {}, { onCancel: { kind: 'neverEnds' } });
    const select = { verbs: ['create'], target: 'projects/*/locations/*/streams/*' };
    const { http, summary, results } = await sweep(fn, {
      parent,
      select,
      reason: 'nightly sweep',
      requestId: 'sweep-1',
    });
    assert.equal(http, 200);
    const { auditId, receiveTime, completeTime, runtime, requestMetadata, ...rest } = summary;
    assert.deepEqual(rest, {
      schemaVersion: '1.0',
      requestId: 'sweep-1',
      serviceName: 'datastream.googleapis.com',
      methodName: 'google.longrunning.Operations.ListOperations',
      resourceName: parent,
      location: parent.split('/')[3],
      outcome: 'BATCH',
      status: STATUS_OK,
      reason: 'nightly sweep',
      validateOnly: false,
      authenticationInfo: { principalEmail: null, principalSubject: null, verifiedBy: 'NONE' },
      authorizationInfo: {
        permission: 'datastream.operations.cancel',
        granted: true,
        rule: 'projects/acme-data/locations/*',
      },
      trigger: { type: 'WEBHOOK', deliveryId: null, source: null, eventTime: null, deliveryAttempt: null },
      operationBefore: null,
      operationAfter: null,
      cancelAttempts: 0,
      parentAuditId: null,
      select: { verbs: ['create'], target: 'projects/*/locations/*/streams/*', minAge: null },
      counts: counts({ CANCELLED: 2, CANCEL_REQUESTED: 1 }),
      results,
    });
    assert.equal(results.length, 3);
    assert.ok(Date.parse(receiveTime) <= Date.parse(completeTime ?? ''));
    assert.ok(results.every((result) => Date.parse(result.completeTime ?? '') <= Date.parse(completeTime ?? '')));
    assert.equal(runtime.serviceAccount, 'datastream-cancel@acme-data.iam.gserviceaccount.com');
    assert.equal(requestMetadata.callerIp, '127.0.0.1');
    assert.ok(!results.some((result) => result.auditId === auditId));
  });

  it('has the three keys of select, null where not asked', async () => {
    const { parent } = place();
    const { summary } = await sweep(fn, { parent, select: { minAge: '7200s' } });
    assert.deepEqual(summary.select, { verbs: null, target: null, minAge: '7200s' });
  });

  it('leaves results null in the log, where each has its own entry', async () => {
    const { parent } = place(...running(2));
    const { summary, entries } = await sweep(fn, { ...all, parent });
    const last = entries.at(-1);
    assert.deepEqual(last?.audit, { ...summary, results: null });
    assert.equal(last?.id, summary.auditId);
    assert.equal(last?.phase, 'RESULT');
    assert.equal(last?.severity, 'NOTICE');
  });

  it('has select, counts and results only where many were asked for', async () => {
    const { names } = place({});
    const { summary } = await sweep(fn, { name: names[0] });
    assert.deepEqual([summary.select, summary.counts, summary.results], [null, null, null]);
  });

  it('joins all deliveries of a request by its requestId', async () => {
    const { parent } = place(...running(2));
    const headers = {
      'x-cloudscheduler': 'true',
      'x-cloudscheduler-jobname': 'sweep',
      'x-cloudscheduler-scheduletime': '2026-11-22T02:00:00Z',
    };
    const { summary, results } = await sweep(fn, { ...all, parent }, headers);
    const ids = [summary, ...results].map(({ requestId }) => requestId);
    assert.deepEqual(
      ids,
      Array.from({ length: 3 }, () => 'scheduler:sweep@2026-11-22T02:00:00Z'),
    );
    assert.ok(results.every(({ trigger }) => trigger.type === 'SCHEDULER' && trigger.source === 'sweep'));
  });
});

describe('section 9: each operation', () => {
  it('has its own record, as if it had been named', async () => {
    const { parent, names } = place(...running(3));
    const { summary, results } = await sweep(fn, { ...all, parent });
    assert.deepEqual(
      results.map(({ resourceName }) => resourceName),
      names,
    );
    assert.equal(new Set(results.map(({ auditId }) => auditId)).size, 3);
    for (const result of results) {
      assert.equal(result.parentAuditId, summary.auditId);
      assert.equal(result.requestId, summary.requestId);
      assert.equal(result.methodName, 'google.longrunning.Operations.CancelOperation');
      assert.equal(result.location, parent.split('/')[3]);
      assert.equal(result.reason, 'nightly sweep');
      assert.deepEqual([result.select, result.counts, result.results], [null, null, null]);
      assert.deepEqual([result.operationBefore?.done, result.operationAfter?.errorCode], [false, 1]);
      assert.equal(result.cancelAttempts, 1);
      assert.deepEqual(result.authorizationInfo, summary.authorizationInfo);
    }
  });

  it('has its own two log entries, the INTENT before its cancel', async () => {
    const { parent, names } = place(...running(3));
    const from = fn.lines.length;
    const seen: boolean[] = [];
    faults({
      on: 'cancel',
      fault: ({ name, headers }) => {
        const auditId = String(headers['x-goog-request-reason']).slice(0, 36);
        const lines = fn.lines.slice(from);
        seen.push(
          lines.some((line) => line.includes('"INTENT"') && line.includes(auditId) && line.includes(`${name}"`)),
        );
        return undefined;
      },
    });
    const { results, entries } = await sweep(fn, { ...all, parent });
    assert.deepEqual(seen, [true, true, true]);
    assert.equal(entries.length, 7);
    for (const [index, result] of results.entries()) {
      const own = entries.filter(({ id }) => id === result.auditId);
      assert.deepEqual(own.map(phaseAndSeverity), ['INTENT NOTICE', 'RESULT NOTICE']);
      assert.equal(own[0]?.audit.parentAuditId, result.parentAuditId);
      assert.equal(own[0]?.audit.resourceName, names[index]);
      assert.deepEqual(own[1]?.audit, result);
    }
  });

  it("tells Google's own audit log its auditId and the reason", async () => {
    const { parent, names } = place(...running(2));
    const { results } = await sweep(fn, { ...all, parent });
    const reasons = names.map((name) => requestsOn(name).find(({ kind }) => kind === 'cancel')?.headers);
    assert.deepEqual(
      reasons.map((headers) => headers?.['x-goog-request-reason']),
      results.map(({ auditId }) => `${auditId} nightly sweep`),
    );
  });

  it('carries the traceparent of the request, on the list too', async () => {
    const { parent, names } = place({});
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { results } = await sweep(fn, { ...all, parent }, { traceparent });
    const sent = [...requestsOn(parent), ...requestsOn(names[0])];
    assert.ok(sent.length >= 4);
    assert.ok(sent.every(({ headers }) => headers['traceparent'] === traceparent));
    assert.equal(results[0]?.requestMetadata.trace, 'projects/acme-data/traces/0af7651916cd43dd8448eb211c80319c');
  });

  it('is watched as long as the command says', async () => {
    const { parent } = place({ onCancel: { kind: 'cancels', afterMs: 20 } });
    assert.deepEqual(outcomesOf(await sweep(fn, { ...all, parent, wait: '30s' })), ['CANCELLED']);
  });

  it('that finished since it was listed is ALREADY_DONE, and gets no cancel', async () => {
    const there = place({}, {});
    faults({
      on: 'get',
      name: there.names[0] ?? '',
      times: 1,
      fault: { kind: 'status', status: 200, body: JSON.stringify({ name: there.names[0], done: true, response: {} }) },
    });
    const swept = await sweep(fn, { ...all, parent: there.parent });
    assert.deepEqual(outcomesOf(swept), ['ALREADY_DONE', 'CANCELLED']);
    assert.deepEqual(swept.summary.counts, counts({ ALREADY_DONE: 1, CANCELLED: 1 }));
    assert.deepEqual(cancelsOf(there), [0, 1]);
    assert.deepEqual(swept.summary.status, STATUS_OK);
  });

  it('one failing leaves the others alone, and every outcome is counted', async () => {
    const refuses = (code: RpcCode): OperationStart => ({ onCancel: { kind: 'refuses', error: { code } } });
    const there = place(
      {},
      refuses('PERMISSION_DENIED'),
      { onCancel: { kind: 'completes' } },
      { onCancel: { kind: 'fails', code: 'ABORTED' } },
      refuses('UNIMPLEMENTED'),
      { onCancel: { kind: 'neverEnds' } },
      {},
      {},
    );
    const [, , , , , , gone = '', lost = ''] = there.names;
    faults(
      { on: 'get', name: gone, fault: error('NOT_FOUND') },
      { on: 'cancel', name: lost, times: 1, fault: { kind: 'resetAfter' } },
      { on: 'get', name: lost, times: 1, fault: { kind: 'slow' } },
      { on: 'get', name: lost, fault: error('PERMISSION_DENIED') },
    );
    const swept = await sweep(fn, { ...all, parent: there.parent });
    assert.deepEqual(outcomesOf(swept), [
      'CANCELLED',
      'ERROR',
      'COMPLETED',
      'FAILED',
      'UNSUPPORTED',
      'CANCEL_REQUESTED',
      'NOT_FOUND',
      'UNKNOWN',
    ]);
    const one = {
      CANCELLED: 1,
      ERROR: 1,
      COMPLETED: 1,
      FAILED: 1,
      UNSUPPORTED: 1,
      CANCEL_REQUESTED: 1,
      NOT_FOUND: 1,
      UNKNOWN: 1,
    };
    assert.deepEqual(swept.summary.counts, counts(one));
    const severities = swept.results.map(({ auditId }) => resultEntry(swept.entries, auditId)?.severity);
    assert.deepEqual(severities, ['NOTICE', 'ERROR', 'WARNING', 'WARNING', 'ERROR', 'NOTICE', 'WARNING', 'ERROR']);
  });

  it('is cancelled only where ALLOWED_VERBS has its verb', async () => {
    const careful = await functionWith({ ALLOWED_VERBS: 'update' });
    const there = place({ verb: 'create' }, { verb: 'update' });
    const swept = await sweep(careful, { parent: there.parent, select: { minAge: '1s' } });
    assert.deepEqual(outcomesOf(swept), ['DENIED', 'CANCELLED']);
    const [denied] = swept.results;
    assert.deepEqual([denied?.authorizationInfo.granted, denied?.authorizationInfo.rule], [false, 'ALLOWED_VERBS']);
    assert.deepEqual(cancelsOf(there), [0, 1]);
    assert.deepEqual([swept.http, swept.summary.status.name], [403, 'PERMISSION_DENIED']);
    assert.equal(swept.summary.authorizationInfo.granted, true);
  });

  it('is not cancelled where its INTENT cannot be written', async () => {
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
    const mute = await functionWith({}, { stdout });
    const there = place(...running(2));
    const swept = await sweep(mute, { ...all, parent: there.parent });
    assert.deepEqual(cancelsOf(there), [0, 0]);
    assert.equal(swept.http, 503);
    assert.equal(swept.summary.status.name, 'UNAVAILABLE');
  });
});

describe('section 9: whose operations', () => {
  it('are those of ALLOWED_PARENTS; of another parent nothing is even listed', async () => {
    const careful = await functionWith({ ALLOWED_PARENTS: 'projects/acme-data/locations/europe-west1' });
    const there = place(...running(1));
    const { http, summary } = await sweep(careful, { ...all, parent: there.parent });
    assert.deepEqual([http, summary.outcome, summary.status.name], [403, 'DENIED', 'PERMISSION_DENIED']);
    assert.deepEqual([summary.authorizationInfo.granted, summary.authorizationInfo.rule], [false, 'ALLOWED_PARENTS']);
    assert.deepEqual(requestsOn(there.parent), []);
    assert.deepEqual(cancelsOf(there), [0]);
  });

  it('are the same under the number of their project, and named as the command named the parent', async () => {
    const there = place({});
    const metadata = { verb: 'create', createTime: '2026-11-22T09:00:00Z' };
    const name = there.names[0]?.replace('acme-data', '481516234200');
    const body = JSON.stringify({ operations: [{ name, metadata }] });
    faults({ on: 'list', name: there.parent, fault: { kind: 'status', status: 200, body } });
    const { results } = await sweep(fn, { ...all, parent: there.parent });
    assert.deepEqual([results[0]?.resourceName, results[0]?.outcome], [there.names[0], 'CANCELLED']);
  });

  const strange = [
    'projects/other-project/locations/us-central1/operations/stranger',
    'projects/acme-data/locations/elsewhere/operations/stranger',
    'projects/acme-data/locations/x/operations/../../../operations/a',
    'projects/acme-data/locations/x/operations/a?b=c',
    'operations/a',
    '',
  ];
  for (const name of strange) {
    it(`are none that a list shows under "${name}": nothing is sent there`, async () => {
      const there = place({});
      const metadata = { verb: 'create', createTime: '2026-11-22T09:00:00Z' };
      const body = JSON.stringify({ operations: [{ name, metadata }] });
      faults({ on: 'list', name: there.parent, fault: { kind: 'status', status: 200, body } });
      const { list: _, ...before } = emulator.counts.requests;
      const { summary } = await sweep(fn, { ...all, parent: there.parent });
      const { list: __, ...afterwards } = emulator.counts.requests;
      assert.deepEqual(afterwards, before);
      assert.notEqual(summary.status.name, 'OK');
    });
  }
});

describe('section 9: more than maxOperations', () => {
  for (const { title, found, most, given } of [
    { title: 'MAX_OPERATIONS by default', found: 9, most: 8, given: {} },
    { title: "the command's own number", found: 3, most: 2, given: { maxOperations: 2 } },
  ]) {
    it(`refuses all, and says both numbers: ${title}`, async () => {
      const there = place(...running(found));
      const { http, summary, results, entries } = await sweep(fn, { ...all, ...given, parent: there.parent });
      assert.deepEqual([http, summary.outcome, summary.status.name], [400, 'BATCH', 'FAILED_PRECONDITION']);
      assert.match(summary.status.message, new RegExp(`\\b${found}\\b.*\\b${most}\\b`));
      assert.deepEqual(summary.counts, zeros);
      assert.deepEqual(results, []);
      assert.ok(cancelsOf(there).every((arrived) => arrived === 0));
      assert.deepEqual(entries.map(phaseAndSeverity), ['RESULT WARNING']);
    });
  }

  it('does not refuse as many as maxOperations', async () => {
    const { parent } = place(...running(8));
    const { summary } = await sweep(fn, { ...all, parent });
    assert.deepEqual(summary.counts, counts({ CANCELLED: 8 }));
  });

  it('does not count what is not selected', async () => {
    const { parent } = place(...running(2), ...Array.from({ length: 9 }, () => ({ verb: 'delete' })));
    const { summary } = await sweep(fn, { ...all, parent, maxOperations: 2 });
    assert.deepEqual(summary.counts, counts({ CANCELLED: 2 }));
  });

  it('is acknowledged to Pub/Sub: another delivery would find as many', async () => {
    const { parent } = place(...running(9));
    assert.equal((await publish({ ...all, parent })).http, 200);
  });
});

describe('section 9: validateOnly', () => {
  it('answers the selection in full whatever its number, oldest first, and cancels nothing', async () => {
    const there = place(...running(30).map((_, index) => ({ id: `o${String(index).padStart(2, '0')}` })));
    const { get } = emulator.counts.requests;
    const swept = await sweep(fn, { ...all, parent: there.parent, validateOnly: true, maxOperations: 1 });
    // The list has shown them, so the selection is answered however many there are.
    assert.equal(emulator.counts.requests.get, get);
    assert.deepEqual([swept.http, swept.summary.status], [200, STATUS_OK]);
    assert.deepEqual(swept.summary.counts, counts({ VALIDATED: 30 }));
    assert.deepEqual(
      swept.results.map(({ resourceName }) => resourceName),
      there.names,
    );
    assert.ok(
      swept.results.every(({ validateOnly, operationBefore }) => validateOnly && operationBefore?.done === false),
    );
    assert.ok(
      swept.results.every(({ operationAfter, cancelAttempts }) => operationAfter === null && cancelAttempts === 0),
    );
    assert.ok(cancelsOf(there).every((arrived) => arrived === 0));
    assert.equal(swept.entries.length, 31);
    assert.ok(swept.entries.every(({ phase, severity }) => phase === 'RESULT' && severity === 'NOTICE'));
  });

  it('shows what ALLOWED_VERBS would refuse', async () => {
    const careful = await functionWith({ ALLOWED_VERBS: 'update' });
    const { parent } = place({ verb: 'create' }, { verb: 'update' });
    const swept = await sweep(careful, { parent, select: { minAge: '1s' }, validateOnly: true });
    assert.deepEqual(outcomesOf(swept), ['DENIED', 'VALIDATED']);
  });

  it('finds what the sweep itself then cancels', async () => {
    const { parent } = place({}, { verb: 'delete' }, {});
    const shown = await sweep(fn, { ...all, parent, validateOnly: true });
    const cancelled = await sweep(fn, { ...all, parent });
    assert.deepEqual(idsOf(shown), ['a', 'c']);
    assert.deepEqual(idsOf(cancelled), idsOf(shown));
    assert.equal(cancelled.summary.counts?.CANCELLED, 2);
  });
});

describe('section 9: the status of the summary', () => {
  const cases: readonly {
    title: string;
    codes: readonly (RpcCode | 'OK')[];
    http: number;
    status: RpcCode | 'OK';
    severity: string;
    pubsub: number;
  }[] = [
    {
      title: 'OK where every result is',
      codes: ['OK', 'OK'],
      http: 200,
      status: 'OK',
      severity: 'NOTICE',
      pubsub: 200,
    },
    {
      title: 'the first transient one, though a permanent one comes before it',
      codes: ['OK', 'PERMISSION_DENIED', 'ABORTED', 'INTERNAL'],
      http: 409,
      status: 'ABORTED',
      severity: 'ERROR',
      pubsub: 409,
    },
    {
      title: 'the first permanent one where none is transient',
      codes: ['OK', 'OUT_OF_RANGE', 'PERMISSION_DENIED'],
      http: 400,
      status: 'OUT_OF_RANGE',
      severity: 'WARNING',
      pubsub: 200,
    },
  ];
  const startsOf = (codes: readonly (RpcCode | 'OK')[]): OperationStart[] =>
    codes.map((code) =>
      code === 'OK' ? {} : { onCancel: { kind: 'refuses', error: { code, message: `Says ${code}.` } } },
    );

  for (const { title, codes, http, status, severity, pubsub } of cases) {
    it(`is ${title}`, async () => {
      const swept = await sweep(fn, { ...all, parent: place(...startsOf(codes)).parent });
      assert.deepEqual([swept.http, swept.summary.outcome, swept.summary.status.name], [http, 'BATCH', status]);
      assert.deepEqual(swept.summary.status, swept.results.find((result) => result.status?.name === status)?.status);
      assert.equal(swept.entries.at(-1)?.severity, severity);
      assert.equal((await publish({ ...all, parent: place(...startsOf(codes)).parent })).http, pubsub);
    });
  }

  it('is OK with 200 where cancels were taken that are not done yet', async () => {
    const { parent } = place({ onCancel: { kind: 'neverEnds' } });
    const swept = await sweep(fn, { ...all, parent });
    assert.deepEqual([swept.http, outcomesOf(swept)], [200, ['CANCEL_REQUESTED']]);
  });

  it('carries Retry-After where the decisive result was given one', async () => {
    const limited = { kind: 'refuses', error: { ...rateLimitExceeded(1200, '1'), retryAfter: '600' } } as const;
    const { parent } = place({}, { onCancel: limited });
    const swept = await sweep(fn, { ...all, parent });
    assert.deepEqual([swept.http, swept.summary.status.name], [429, 'RESOURCE_EXHAUSTED']);
    assert.equal(swept.headers['retry-after'], '600');
    assert.equal(swept.summary.status.reason, 'RATE_LIMIT_EXCEEDED');
  });

  it('makes the delivery repeat, which finds only what is left', async () => {
    const there = place(...running(5));
    const failing = there.names.slice(1, 3);
    faults(...failing.map((name): FaultRule => ({ on: 'get', name, fault: error('INTERNAL') })));
    const first = await publish({ ...all, parent: there.parent });
    assert.equal(first.http, 500);
    assert.deepEqual(outcomesOf(first), ['CANCELLED', 'ERROR', 'ERROR', 'CANCELLED', 'CANCELLED']);
    faults();
    const second = await publish({ ...all, parent: there.parent });
    assert.equal(second.http, 200);
    assert.deepEqual(
      second.results.map(({ resourceName, outcome }) => [resourceName, outcome]),
      failing.map((name) => [name, 'CANCELLED']),
    );
    assert.equal(second.summary.requestId, first.summary.requestId);
    assert.deepEqual(cancelsOf(there), [1, 1, 1, 1, 1]);
  });
});

describe('section 9: where the list cannot be had', () => {
  const cases: readonly { title: string; fault: FaultRule['fault']; http: number; status: string; lists: number }[] = [
    { title: 'refused', fault: error('PERMISSION_DENIED'), http: 403, status: 'PERMISSION_DENIED', lists: 1 },
    { title: 'unavailable', fault: error('UNAVAILABLE'), http: 503, status: 'UNAVAILABLE', lists: 5 },
    { title: 'broken off', fault: { kind: 'cutOff' }, http: 503, status: 'UNAVAILABLE', lists: 5 },
    {
      title: 'a web page',
      fault: { kind: 'status', status: 200, body: '<html>' },
      http: 500,
      status: 'INTERNAL',
      lists: 1,
    },
    { title: 'empty of everything', fault: { kind: 'empty' }, http: 500, status: 'INTERNAL', lists: 1 },
    {
      title: 'a redirect',
      fault: { kind: 'redirect', location: 'http://127.0.0.1:1/' },
      http: 500,
      status: 'INTERNAL',
      lists: 1,
    },
  ];
  for (const { title, fault, http, status, lists } of cases) {
    it(`nothing is cancelled: ${title}`, async () => {
      const there = place(...running(2));
      faults({ on: 'list', name: there.parent, fault });
      const { summary, results, entries, ...answer } = await sweep(fn, { ...all, parent: there.parent });
      assert.deepEqual([answer.http, summary.outcome, summary.status.name], [http, 'ERROR', status]);
      assert.deepEqual([summary.counts, results], [zeros, []]);
      assert.deepEqual(entries.map(phaseAndSeverity), ['RESULT ERROR']);
      assert.equal(requestsOn(there.parent).length, lists);
      assert.deepEqual(cancelsOf(there), [0, 0]);
    });
  }

  it('to its last page nothing is cancelled of the first pages either', async () => {
    const location = freshLocation();
    const names = emulator.startOperations(501, (index) => ({
      location,
      verb: index % 500 === 0 ? 'create' : 'delete',
    }));
    const parent = `projects/acme-data/locations/${location}`;
    let lists = 0;
    faults({
      on: 'list',
      name: parent,
      fault: () => (++lists > 1 ? { kind: 'error', error: { code: 'INTERNAL' } } : undefined),
    });
    const { summary } = await sweep(fn, { ...all, parent });
    assert.deepEqual([summary.outcome, summary.status.name], ['ERROR', 'INTERNAL']);
    assert.ok(names.every((name) => emulator.operation(name)?.cancels.arrived.length === 0));
  });

  it('it is tried again first', async () => {
    const there = place(...running(2));
    faults({ on: 'list', name: there.parent, times: 4, fault: error('UNAVAILABLE') });
    assert.deepEqual(outcomesOf(await sweep(fn, { ...all, parent: there.parent })), ['CANCELLED', 'CANCELLED']);
  });

  it('a page that names itself as the next one ends it at once', async () => {
    const brief = await functionWith({ REQUEST_DEADLINE: '0.3s' });
    const { parent } = place(...running(1));
    const body = JSON.stringify({ nextPageToken: 'more' });
    faults({ on: 'list', name: parent, fault: { kind: 'status', status: 200, body } });
    const { http, summary } = await sweep(brief, { ...all, parent });
    assert.deepEqual([http, summary.outcome, summary.status.name], [500, 'ERROR', 'INTERNAL']);
    assert.equal(requestsOn(parent).length, 2);
  });
});

describe('section 9: REQUEST_DEADLINE', () => {
  it('is worked towards a few at a time, and what does not fit is not started', async () => {
    const brief = await functionWith({ REQUEST_DEADLINE: '0.5s', MAX_OPERATIONS: '20' });
    const there = place(...running(20));
    faults({ on: 'get', fault: { kind: 'hang' } });
    const swept = await sweep(brief, { ...all, parent: there.parent });
    const started = there.names.filter((name) => requestsOn(name).length > 0);
    assert.ok(started.length > 1 && started.length <= 10, `${started.length} at a time`);
    assert.deepEqual(started, there.names.slice(0, started.length));
    assert.deepEqual(swept.summary.counts, counts({ ERROR: 20 }));
    assert.ok(swept.results.every(({ cancelAttempts }) => cancelAttempts === 0));
    for (const result of swept.results.slice(started.length)) {
      assert.equal(result.status?.name, 'DEADLINE_EXCEEDED');
      assert.match(result.status.message, /REQUEST_DEADLINE/);
      assert.deepEqual([result.operationBefore, result.operationAfter], [null, null]);
      assert.deepEqual(entriesOf(swept.entries, result.auditId).map(phaseAndSeverity), ['RESULT ERROR']);
    }
    assert.deepEqual([swept.http, swept.summary.status.name], [504, 'DEADLINE_EXCEEDED']);
  });

  it('leaves the rest to the next delivery, in which nothing is cancelled twice', async () => {
    let answered = 0;
    const elapsed = () => performance.now() + (answered >= 4 ? 50_000 : 0);
    const watched = new Writable({
      write: (chunk, _encoding, done) => {
        if (String(chunk).includes('"phase":"RESULT"')) answered += 1;
        done();
      },
    });
    const late = await functionWith({ MAX_OPERATIONS: '20' }, { clock: { ...hastyClock, elapsed }, stdout: watched });
    const there = place(...running(20));
    const first = await sweep(late, { ...all, parent: there.parent });
    const done = outcomesOf(first).lastIndexOf('CANCELLED') + 1;
    assert.ok(done >= 4 && done < 15, `${done} were done`);
    assert.deepEqual(first.summary.counts, counts({ CANCELLED: done, ERROR: 20 - done }));
    assert.equal(first.http, 504);
    assert.ok(there.names.slice(done).every((name) => requestsOn(name).length === 0));
    const second = await sweep(await functionWith({ MAX_OPERATIONS: '20' }), { ...all, parent: there.parent });
    assert.deepEqual(second.summary.counts, counts({ CANCELLED: 20 - done }));
    assert.deepEqual(
      cancelsOf(there),
      Array.from({ length: 20 }, () => 1),
    );
  });
});

describe("section 9: Datastream's quota", () => {
  it('slows a sweep down, and nothing is lost', async () => {
    const sweeper = await functionWith({ MAX_OPERATIONS: '20' });
    const there = place(...running(20));
    emulator.setQuota({ limit: 20, windowMs: 60, hint: 'details' });
    const swept = await sweep(sweeper, { ...all, parent: there.parent });
    const refused = there.names.flatMap((name) => requestsOn(name).filter(({ status }) => status === 429));
    assert.ok(refused.length > 0);
    assert.deepEqual(swept.summary.counts, counts({ CANCELLED: 20 }));
    assert.deepEqual(
      there.names.map((name) => emulator.operation(name)?.cancels.applied.length),
      Array.from({ length: 20 }, () => 1),
    );
  });

  it('that lasts longer than the deadline leaves the rest to later deliveries', async () => {
    const there = place(...running(8));
    emulator.setQuota({ limit: 9, windowMs: 600_000, hint: 'header' });
    const first = await publish({ ...all, parent: there.parent });
    assert.deepEqual([first.http, first.summary.status.name], [429, 'RESOURCE_EXHAUSTED']);
    assert.ok(Number(first.headers['retry-after']) > 500);
    emulator.setQuota(undefined);
    const second = await publish({ ...all, parent: there.parent });
    assert.equal(second.http, 200);
    assert.ok(there.names.every((name) => emulator.operation(name)?.done));
    assert.ok(there.names.every((name) => emulator.operation(name)?.cancels.applied.length === 1));
  });
});

/** The same command as Pub/Sub delivers it. */
async function publish(command: object): Promise<Swept> {
  const message = { messageId: '2070443601311540', data: JSON.stringify(command) };
  const subscription = { name: 'projects/acme-data/subscriptions/cancel', topic: 'projects/acme-data/topics/cancel' };
  const { headers, body } = deliveryRequest('wrapped', message, subscription);
  return sweep(fn, JSON.parse(body.toString()), headers);
}

function phaseAndSeverity({ phase, severity }: Entry): string {
  return `${phase} ${severity}`;
}

function entriesOf(entries: readonly Entry[], auditId: AuditRecord['auditId']): Entry[] {
  return entries.filter(({ id }) => id === auditId);
}

function resultEntry(entries: readonly Entry[], auditId: AuditRecord['auditId']): Entry | undefined {
  return entriesOf(entries, auditId).find(({ phase }) => phase === 'RESULT');
}
