import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { traceOf } from '../../src/delivery/trace.ts';
import { newRecord } from '../../src/record/fill.ts';
import { auditLog } from '../../src/record/log.ts';
import { systemClock } from '../../src/terms/clock.ts';
import { OUTCOMES } from '../../src/terms/outcome.ts';
import { denied, invalid, tooLarge } from '../../src/terms/refusal.ts';
import { OK, statusOf } from '../../src/terms/status.ts';
import { bounded, boundedOrNull } from '../../src/terms/text.ts';

const runtime = { service: null, revision: null, version: '1.0.0' };
const name = 'projects/acme-data/locations/us-central1/operations/operation-1';

describe('section 6: the sentence of an entry', () => {
  const blank = { ...newRecord({}, '127.0.0.1', runtime, systemClock), resourceName: name };

  async function sentenceOf(more: object): Promise<string> {
    let text = '';
    const stdout = new Writable({
      write: (chunk, _encoding, done) => {
        text += chunk;
        done();
      },
    });
    const record = { ...blank, outcome: 'CANCELLED' as const, status: OK, completeTime: '', ...more };
    assert.equal(await auditLog(stdout, 1000).result(record), true);
    return JSON.parse(text).message;
  }

  const sentences = {
    CANCELLED: 'was cancelled',
    CANCEL_REQUESTED: 'was asked to cancel and still runs',
    COMPLETED: 'completed in spite of the cancel',
    FAILED: 'failed in spite of the cancel',
    ALREADY_DONE: 'was done already',
    VALIDATED: 'is running and would have been cancelled',
    INVALID: 'the request is malformed',
    UNAUTHENTICATED: 'the caller could not be identified',
    DENIED: 'is not allowed',
    EXPIRED: 'the message is too old',
    NOT_FOUND: 'is not known to Datastream',
    UNSUPPORTED: 'cannot be cancelled',
    ERROR: 'was not cancelled',
    UNKNOWN: 'may have been cancelled',
    BATCH: 'had its operations selected',
  };
  for (const outcome of [...OUTCOMES, 'BATCH' as const]) {
    it(`says what ${outcome} means`, async () => {
      assert.equal(await sentenceOf({ outcome }), `${outcome}: ${name} ${sentences[outcome]} (WEBHOOK).`);
    });
  }

  it('names who asked, where that is known, where it came from, and what the status says', async () => {
    const authenticationInfo = { principalEmail: 'ops@example.com', principalSubject: '1', verifiedBy: 'IAM' };
    const trigger = { type: 'SCHEDULER', deliveryId: null, source: 'nightly', eventTime: null, deliveryAttempt: null };
    const status = statusOf('UNAVAILABLE', 'Try again.');
    assert.equal(
      await sentenceOf({ authenticationInfo }),
      `CANCELLED: ${name} was cancelled (WEBHOOK, by ops@example.com).`,
    );
    assert.equal(await sentenceOf({ trigger }), `CANCELLED: ${name} was cancelled (SCHEDULER, from nightly).`);
    assert.equal(
      await sentenceOf({ outcome: 'ERROR', authenticationInfo, trigger, status, resourceName: null }),
      'ERROR: was not cancelled (SCHEDULER, by ops@example.com, from nightly). Try again.',
    );
  });
});

describe('section 2: what a refusal says', () => {
  const violations = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ field: `f${index}`, description: 'must be.' }));

  it('is the one problem itself, or how many there are', () => {
    assert.equal(invalid([{ field: 'name', description: 'must be given.' }]).message, 'name must be given.');
    assert.equal(invalid([{ field: '', description: 'must be UTF-8.' }]).message, 'The request must be UTF-8.');
    assert.equal(invalid(violations(2)).message, 'The request has 2 problems; fieldViolations lists them.');
    assert.equal(tooLarge('at most 64 KiB').message, 'The request must be smaller: at most 64 KiB.');
    assert.equal(tooLarge('at most 64 KiB').status.fieldViolations[0]?.field, '');
  });

  for (const [count, listed, last] of [
    [50, 50, undefined],
    [51, 51, '1 more problem not listed.'],
    [52, 51, '2 more problems not listed.'],
    [5000, 51, '4950 more problems not listed.'],
  ] as const) {
    it(`lists fifty problems of ${count}, and says how many more there are`, () => {
      const { fieldViolations } = invalid(violations(count)).status;
      assert.equal(fieldViolations.length, listed);
      if (last !== undefined) assert.deepEqual(fieldViolations.at(-1), { field: '', description: last });
    });
  }

  it('is an error by the name of Refusal, with the setting that refused', () => {
    const refusal = denied('ALLOWED_VERBS', 'No.');
    assert.deepEqual([refusal.name, refusal.message, refusal.details], ['Refusal', 'No.', { rule: 'ALLOWED_VERBS' }]);
  });
});

describe('section 5: text from outside', () => {
  const cases: readonly [string, string][] = [
    ['a\u0000\u001f\u007f\u0085b', 'a b'],
    ['Bearer   abcdefghijkl', '[redacted]'],
    ['bearer\nabcdefghijkl.mno-pqr_st~u+v/w=', '[redacted]'],
    ['the bearer of this letter', 'the bearer of this letter'],
    ['x ya29.a0_B-c/d+e~ y', 'x [redacted] y'],
    ['eyJhbGciOiJ', '[redacted]'],
    ['eyJhbGciOiJ.eyJzdWIi.sig-nature_1 tail', '[redacted] tail'],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw==', '[redacted]'],
    ['\ud800x', '\ufffdx'],
  ];
  for (const [text, clean] of cases) {
    it(`${JSON.stringify(text)} becomes ${JSON.stringify(clean)}`, () => assert.equal(bounded(text, 100), clean));
  }

  it('has its length bounded, with a sign that something is missing, and never half a character', () => {
    assert.equal(bounded('x'.repeat(10), 10), 'x'.repeat(10));
    assert.equal(bounded('x'.repeat(11), 10), `${'x'.repeat(9)}…`);
    assert.ok(bounded('😀'.repeat(50), 10).isWellFormed());
    assert.ok(bounded(`${'a'.repeat(15)}whsec_${'b'.repeat(100)}`, 16).length <= 16);
  });

  it('is null where there is none', () => {
    assert.deepEqual(
      [undefined, null, '', ' '].map((text) => boundedOrNull(text, 9)),
      [null, null, null, ' '],
    );
  });
});

describe('section 6: which traces count', () => {
  const id = '0af7651916cd43dd8448eb211c80319c';
  const parents: readonly [string, boolean][] = [
    [`00-${id}-b7ad6b7169203331-01`, true],
    [`00-${id}-0000000000000001-00`, true],
    [`00-${id}-0000000000000000-01`, false],
    [`00-${'0'.repeat(32)}-b7ad6b7169203331-01`, false],
    [`01-${id}-b7ad6b7169203331-01`, false],
    [`x00-${id}-b7ad6b7169203331-01`, false],
    [`00-${id}-b7ad6b7169203331-01x`, false],
    [`00-${id.toUpperCase()}-b7ad6b7169203331-01`, false],
    ['', false],
  ];
  for (const [traceparent, counts] of parents) {
    it(`traceparent ${traceparent}`, () => {
      const expected = counts ? { traceId: id, traceparent } : { traceId: undefined, traceparent: undefined };
      assert.deepEqual(traceOf({ traceparent }), expected);
    });
  }

  const clouds: readonly [string, boolean][] = [
    [id, true],
    [id.toUpperCase(), true],
    [`${id}/1`, true],
    [`${id}/12345678901234567890;o=1`, true],
    [`${id};o=10`, true],
    [`${id}/123456789012345678901`, false],
    [`${id}/x`, false],
    [`${id}/1;o=`, false],
    [`${id}/1;o=1x`, false],
    [`x${id}`, false],
    ['0'.repeat(32), false],
    ['', false],
  ];
  for (const [cloud, counts] of clouds) {
    it(`X-Cloud-Trace-Context ${cloud}`, () => {
      const expected = { traceId: counts ? id : undefined, traceparent: undefined };
      assert.deepEqual(traceOf({ 'x-cloud-trace-context': cloud, traceparent: 'none' }), expected);
    });
  }
});

describe('section 5: the address of the caller', () => {
  const cases: readonly [string | undefined, string | undefined, string | null][] = [
    [undefined, '10.1.2.3', '10.1.2.3'],
    [undefined, '::ffff:10.1.2.3', '10.1.2.3'],
    [undefined, '2001:db8::1', '2001:db8::1'],
    [undefined, undefined, null],
    ['203.0.113.7', '10.1.2.3', '203.0.113.7'],
    ['forged, 203.0.113.7', '10.1.2.3', '203.0.113.7'],
    ['203.0.113.7, forged', '10.1.2.3', '10.1.2.3'],
    ['', '10.1.2.3', '10.1.2.3'],
    ['fe80::1%eth0', '10.1.2.3', '10.1.2.3'],
  ];
  for (const [forwarded, peer, expected] of cases) {
    it(`is ${expected} for X-Forwarded-For ${forwarded} from ${peer}`, () => {
      const record = newRecord({ 'x-forwarded-for': forwarded }, peer, runtime, systemClock);
      assert.equal(record.requestMetadata.callerIp, expected);
    });
  }
});
