import assert from 'node:assert/strict';
import type { FieldViolation } from '../../src/terms/status.ts';
import { type Stage, startStage } from './stage.ts';

const NAME = 'projects/acme-data/locations/us-central1/operations/op';

/** What is sent where the answer must not say it again. */
const MARK = 'Zx9Qv';

const RIGHT: readonly { field: string; values: readonly unknown[] }[] = [
  { field: 'reason', values: ['x', 'INC-4821: stuck', ' ', 'é', '😀'.repeat(256), 'a'.repeat(256), '\u00A0', '"\\/'] },
  { field: 'validateOnly', values: [true, false] },
  { field: 'wait', values: ['0s', '0.5s', '30s', '0.000000001s', '1.123456789s', '007s', '315576000000s'] },
  { field: 'requestId', values: ['a', 'A-Z.a_z:0@9/~', '-', 'a'.repeat(128)] },
];

const WRONG: readonly { field: string; values: readonly unknown[] }[] = [
  { field: 'name', values: [null, 1, true, [NAME], { name: NAME }] },
  {
    field: 'reason',
    values: [null, '', 'a'.repeat(257), '😀'.repeat(257), 7, false, ['x'], {}]
      .concat(['\0', '\t', '\n', '\r\n', '\u001f', '\u007f', '\u0080', '\u009f'].map((control) => `${MARK}${control}`))
      .concat(['\ud800', '\udc00', '\udc00\ud800'].map((surrogate) => `${MARK}${surrogate}`)),
  },
  { field: 'validateOnly', values: [null, 'true', 0, 1, '', [], {}, MARK] },
  {
    field: 'wait',
    values: [null, 30, 0, '', '30', 's', '.5s', '5.s', '-1s', '+1s', '1 s', ' 1s', '1s ', '1S', '1m', '1e3s', '0x1s']
      .concat(['1.1234567890s', '315576000001s', '9999999999999s', 'NaNs', 'Infinitys', '1,5s', '١s', 'PT30S'])
      .concat([`${MARK}s`]),
  },
  {
    field: 'requestId',
    values: [null, '', 5, 'a'.repeat(129), 'a b', 'a\n', 'é', 'a%', 'a?', 'a#', 'a+b', 'a,b', '"', [], {}, `${MARK}*`],
  },
];

describe('section 2: the fields of a command', () => {
  let stage: Stage;
  let name: string;

  before(async () => {
    stage = await startStage();
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => {
    stage.emulator.reset();
    name = stage.emulator.startOperation();
  });

  for (const { field, values } of RIGHT) {
    for (const value of values) {
      it(`takes ${field} ${shown(value)}`, async () => {
        const { http, record } = await stage.post({ body: JSON.stringify({ name, [field]: value }) });
        assert.equal(http, 200, record.status.message);
        assert.equal(record.outcome, field === 'validateOnly' && value === true ? 'VALIDATED' : 'CANCELLED');
        if (field !== 'wait') assert.equal(Object.entries(record).find(([key]) => key === field)?.[1], value);
      });
    }
  }

  for (const { field, values } of WRONG) {
    for (const value of values) {
      it(`refuses ${field} ${shown(value)}`, async () => {
        const { http, record } = await stage.post({ body: JSON.stringify({ name, [field]: value }) });
        assert.deepEqual([http, record.outcome], [400, 'INVALID']);
        assert.deepEqual(fieldsOf(record.status.fieldViolations), [field]);
        assert.doesNotMatch(JSON.stringify(record.status), new RegExp(MARK));
        assert.equal(stage.emulator.counts.requests.get + stage.emulator.counts.requests.cancel, 0);
      });
    }
  }

  it('cancels nothing with validateOnly, and reads the operation', async () => {
    const { record } = await stage.post({ body: JSON.stringify({ name, validateOnly: true }) });
    assert.deepEqual([record.outcome, record.validateOnly, record.cancelAttempts], ['VALIDATED', true, 0]);
    assert.equal(record.operationBefore?.done, false);
    assert.deepEqual(stage.emulator.operation(name)?.cancels.arrived, []);
  });

  it('passes the reason on to the audit log of Google, in ASCII', async () => {
    const { record } = await stage.post({ body: JSON.stringify({ name, reason: 'Störung 😀 100 %' }) });
    const [cancel] = stage.emulator.requests.filter(({ kind }) => kind === 'cancel');
    const sent = String(cancel?.headers['x-goog-request-reason']);
    assert.equal(decodeURIComponent(sent), `${record.auditId} Störung 😀 100 %`);
    assert.match(sent, /^[ -~]+$/);
  });

  it('takes the requestId before that of the delivery, in a refused command too', async () => {
    const headers = { 'webhook-id': 'delivery-1' };
    for (const fields of [{}, { wait: 'soon' }]) {
      const { record } = await stage.post({ headers, body: JSON.stringify({ name, requestId: 'mine', ...fields }) });
      assert.equal(record.requestId, 'mine');
    }
  });

  it('refuses each unknown field, in select too, and counts nothing that objects inherit among the known', async () => {
    const unknown = ['Name', 'nmae', 'force', 'constructor', 'toString', '__proto__', 'hasOwnProperty'];
    const fields = unknown.map((field) => `"${field}": "${MARK}"`).join();
    const { record } = await stage.post({ body: `{"name": "${name}", ${fields}}` });
    assert.deepEqual(fieldsOf(record.status.fieldViolations), unknown.sort());
    const many = `{"parent": "${stage.emulator.parent}", "select": {"minAge": "1s", "maxAge": "1s", "__proto__": "${MARK}"}}`;
    const { record: other } = await stage.post({ body: many });
    assert.deepEqual(fieldsOf(other.status.fieldViolations), ['select.__proto__', 'select.maxAge']);
    for (const { status } of [record, other]) assert.doesNotMatch(JSON.stringify(status), new RegExp(MARK));
  });

  it('refuses an object without a name', async () => {
    for (const fields of [{}, { reason: 'x' }, { validateOnly: true }]) {
      const { record } = await stage.post({ body: JSON.stringify(fields) });
      assert.deepEqual([record.outcome, ...fieldsOf(record.status.fieldViolations)], ['INVALID', 'name']);
    }
  });

  it('reports every problem at once, and records what could be read', async () => {
    const wrong = {
      name,
      reason: 'why',
      validateOnly: 1,
      wait: MARK,
      requestId: `${MARK}!`,
      [`${MARK}s`]: 1,
      select: null,
    };
    const { record } = await stage.post({ body: JSON.stringify(wrong) });
    const fields = new Set(fieldsOf(record.status.fieldViolations));
    assert.deepEqual(fields, new Set(['name', 'requestId', 'select', 'validateOnly', 'wait', `${MARK}s`]));
    assert.deepEqual([record.resourceName, record.reason], [name, 'why']);
    assert.match(record.status.message, /\b6 problems\b/);
    const descriptions = record.status.fieldViolations.map(({ description }) => description);
    assert.doesNotMatch(descriptions.join(), new RegExp(MARK));
  });

  for (const { problems, listed, rest } of [
    { problems: 49, listed: 49, rest: undefined },
    { problems: 50, listed: 50, rest: undefined },
    { problems: 51, listed: 51, rest: /\b1\b/ },
    { problems: 5000, listed: 51, rest: /\b4950\b/ },
  ]) {
    it(`lists ${listed} entries for ${problems} problems`, async () => {
      const unknown = Object.fromEntries(Array.from({ length: problems }, (_, index) => [`u${index}`, 0]));
      const { record } = await stage.post({ body: JSON.stringify({ name, ...unknown }) });
      const { fieldViolations } = record.status;
      assert.equal(fieldViolations.length, listed);
      assert.equal(
        fieldViolations.slice(0, 50).filter(({ field }) => /^u\d+$/.test(field)).length,
        Math.min(50, problems),
      );
      if (rest !== undefined) assert.match(fieldViolations.at(-1)?.description ?? '', rest);
      assert.match(record.status.message, new RegExp(`\\b${problems}\\b`));
    });
  }

  it('names the path of a field within another', async () => {
    const select = { verbs: ['create', 5], target: 5, minAge: 'old' };
    const { record } = await stage.post({ body: JSON.stringify({ parent: stage.emulator.parent, select }) });
    const fields = fieldsOf(record.status.fieldViolations);
    assert.deepEqual(fields, ['select.minAge', 'select.target', 'select.verbs[1]']);
  });
});

function fieldsOf(violations: readonly FieldViolation[]): string[] {
  return violations.map(({ field }) => field).sort();
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 30)}… of ${text.length}` : text;
}
