import assert from 'node:assert/strict';
import type { Acted, HeldStage } from './held-stage.ts';
import { startHeldStage } from './held-stage.ts';

const MEGABYTE = 'x'.repeat(1_000_000);

/** The most bytes of one write that a pipe takes as one; far below the 256 KiB of a log entry. */
const MOST_LINE = 64 * 1024;

describe('section 5: strings are bounded', () => {
  let stage: HeldStage;

  before(async () => {
    stage = await startHeldStage({ env: { ALLOWED_PARENTS: 'projects/*/locations/*' } });
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.reset());

  /** The record fits its schema, which `act` has seen to, and neither the lines nor the answer are long. */
  function assertShort({ text }: Acted): void {
    for (const line of [...stage.lines, text]) {
      assert.ok(Buffer.byteLength(line) < MOST_LINE, `${Buffer.byteLength(line)} bytes`);
      assert.ok(line.isWellFormed());
    }
  }

  const huge = { code: 'PERMISSION_DENIED', message: MEGABYTE, reason: MEGABYTE, domain: MEGABYTE } as const;

  it('where the first read is refused with a megabyte', async () => {
    stage.emulator.fault({ on: 'get', fault: { kind: 'error', error: huge } });
    const acted = await stage.act(stage.emulator.startOperation());
    assert.equal(acted.record.outcome, 'ERROR');
    assert.match(acted.record.status.message, /^x{500,}….+runtime service account/);
    assertShort(acted);
  });

  it('where the cancel is refused with a megabyte', async () => {
    const acted = await stage.act(stage.emulator.startOperation({ onCancel: { kind: 'refuses', error: huge } }));
    assert.equal(acted.record.outcome, 'ERROR');
    assertShort(acted);
  });

  it('where the operation itself has megabytes in it', async () => {
    const name = stage.emulator.startOperation({
      verb: MEGABYTE,
      target: MEGABYTE,
      statusMessage: MEGABYTE,
      onCancel: { kind: 'fails', code: 'INTERNAL', message: MEGABYTE },
    });
    const acted = await stage.act(name);
    assert.equal(acted.record.outcome, 'FAILED');
    assert.match(acted.record.operationAfter?.errorMessage ?? '', /^x{500,}…$/);
    assertShort(acted);
  });

  it('where everything is as long as it may be and each character takes the most bytes', async () => {
    const wide = '\u{10ffff}\uffff'.repeat(2000);
    const name = stage.emulator.startOperation({
      verb: wide,
      target: wide,
      statusMessage: wide,
      onCancel: { kind: 'fails', code: 'INTERNAL', message: wide },
    });
    const acted = await stage.act({ name, reason: '\u{10ffff}'.repeat(256), requestId: 'r'.repeat(128) });
    assert.equal(acted.record.outcome, 'FAILED');
    assert.equal([...(acted.record.reason ?? '')].length, 256);
    assertShort(acted);
  });

  it('where what Datastream says is cut in the middle of a character', async () => {
    for (const offset of [0, 1]) {
      const message = 'x'.repeat(offset) + '\u{1f600}'.repeat(2000);
      const error = { code: 'INTERNAL', message } as const;
      const acted = await stage.act(stage.emulator.startOperation({ onCancel: { kind: 'refuses', error } }));
      assertShort(acted);
      assert.match(acted.record.status.message, /^x?\u{1f600}{500,}\ufffd?… /u);
    }
  });

  it('where what Datastream says has control characters and broken Unicode in it', async () => {
    const message = 'one\n{"severity":"ALERT"}\r\ttwo \u0000\u007f\u0085 \ud800 three';
    const body = JSON.stringify({ error: { code: 403, status: 'PERMISSION_DENIED', message } });
    stage.emulator.fault({ on: 'get', fault: { kind: 'status', status: 403, body } });
    const acted = await stage.act(stage.emulator.startOperation());
    assertShort(acted);
    assert.doesNotMatch(acted.record.status.message, /\p{Cc}/u);
    assert.match(acted.record.status.message, /^one {"severity":"ALERT"} two {3}\ufffd three\./);
    assert.equal(stage.lines.length, 1);
  });

  it('where headers are long', async () => {
    const acted = await stage.act(stage.emulator.startOperation(), {
      'user-agent': 'u'.repeat(3000),
      'x-forwarded-for': `${'1, '.repeat(1000)}203.0.113.7`,
      'webhook-id': 'w'.repeat(3000),
      traceparent: '0'.repeat(3000),
    });
    assert.equal(acted.record.outcome, 'CANCELLED');
    assert.equal(acted.record.requestMetadata.callerIp, '203.0.113.7');
    assertShort(acted);
  });

  it('where a message has long fields', async () => {
    const data = Buffer.from(stage.emulator.startOperation()).toString('base64');
    const long = 'm'.repeat(100_000);
    const acted = await stage.act({ message: { data, messageId: long, publishTime: long }, subscription: long });
    assert.equal(acted.record.outcome, 'CANCELLED');
    assertShort(acted);
  });

  it('where Cloud Scheduler names its job at length', async () => {
    const acted = await stage.act(stage.emulator.startOperation(), {
      'x-cloudscheduler': 'true',
      'x-cloudscheduler-jobname': 'j'.repeat(3000),
      'x-cloudscheduler-scheduletime': '9'.repeat(3000),
    });
    assert.equal(acted.record.outcome, 'CANCELLED');
    assertShort(acted);
  });

  it('where the command has thousands of problems', async () => {
    const wrong = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`\uffff${index}`.padEnd(20, 'k'), 1]));
    const acted = await stage.act(wrong);
    assert.equal(acted.record.outcome, 'INVALID');
    assert.equal(acted.record.status.fieldViolations.length, 51);
    assertShort(acted);
  });

  it('where the name of the project is the longest that is valid', async () => {
    const labels = Array.from({ length: 9 }, () => 'd'.repeat(63)).join('.');
    for (const domain of [labels, labels.slice(0, 253)]) {
      const parent = `projects/${domain}:my-project-01234567890123456/locations/${'l'.repeat(63)}`;
      const acted = await stage.act(`${parent}/operations/${'o'.repeat(128)}`);
      assertShort(acted);
      assert.ok(['INVALID', 'NOT_FOUND'].includes(acted.record.outcome));
    }
  });
});
