import assert from 'node:assert/strict';
import { brotliCompressSync, constants, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { until } from '../support/until.ts';
import { askRaw } from './ask.ts';
import { type Stage, startStage } from './stage.ts';

const COMMAND = 64 * 1024;
const ENVELOPE = 1024 * 1024;

describe('section 3: every body reaches the function', () => {
  let stage: Stage;
  let name: string;
  let command: string;

  before(async () => {
    stage = await startStage();
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => {
    stage.emulator.reset();
    name = stage.emulator.startOperation();
    command = JSON.stringify({ name, reason: 'é' });
  });

  for (const type of [
    undefined,
    '',
    'application/json',
    'application/json; charset=utf-8',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'application/json; charset=klingon',
    'application/json; charset=',
    'application/json;;;',
    'application/octet-stream',
    'application/x-www-form-urlencoded',
    'application/xml',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain; charset=us-ascii',
    'nonsense',
    '/',
    'application/json, text/plain',
  ]) {
    it(`takes JSON in UTF-8 whatever Content-Type says: ${type ?? 'none'}`, async () => {
      const headers = type === undefined ? {} : { 'content-type': type };
      const { http, record } = await stage.post({ headers, body: command });
      assert.deepEqual([http, record.outcome, record.reason], [200, 'CANCELLED', 'é']);
    });

    it(`answers bad JSON with the record whatever Content-Type says: ${type ?? 'none'}`, async () => {
      const headers = type === undefined ? {} : { 'content-type': type };
      const { http, record } = await stage.post({ headers, body: '{"name": ' });
      assert.deepEqual([http, record.outcome, record.trigger.type], [400, 'INVALID', 'WEBHOOK']);
    });
  }

  it('takes a body that comes in pieces, chunked', async () => {
    const { record } = await stage.post({ body: [...command].map((character) => Buffer.from(character)) });
    assert.deepEqual([record.outcome, record.reason], ['CANCELLED', 'é']);
  });

  for (const headers of [{}, { 'content-type': 'application/json' }, { 'content-length': '0' }]) {
    it(`answers a request without a body with the record (${JSON.stringify(headers)})`, async () => {
      const { http, record } = await stage.post({ headers });
      assert.deepEqual([http, record.outcome], [400, 'INVALID']);
      assert.deepEqual(
        record.status.fieldViolations.map(({ field }) => field),
        [''],
      );
    });
  }

  it('records a body that was cut off, and cancels nothing', async () => {
    const logged = stage.lines.length;
    await askRaw(stage.url, `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5000\r\n\r\n${command}`, true);
    await until('the entry', () => stage.lines.length > logged);
    await askRaw(stage.url, `POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nfff\r\n${command}`, true);
    await until('the entry', () => stage.lines.length > logged + 1);
    const cutOff = stage.results().slice(-2);
    assert.deepEqual(
      cutOff.map(({ outcome }) => outcome),
      ['INVALID', 'INVALID'],
    );
    assert.equal(stage.emulator.operation(name)?.requestedCancellation, false);
  });

  describe('compressed', () => {
    const coded: readonly { encoding: string; compress: (text: string) => Buffer }[] = [
      { encoding: 'gzip', compress: gzipSync },
      { encoding: 'GZip', compress: gzipSync },
      { encoding: 'x-gzip', compress: gzipSync },
      { encoding: 'deflate', compress: deflateSync },
      { encoding: 'br', compress: brotliCompressSync },
      { encoding: 'identity', compress: (text) => Buffer.from(text) },
    ];
    for (const { encoding, compress } of coded) {
      it(`takes ${encoding}`, async () => {
        const { http, record } = await stage.post({
          headers: { 'content-encoding': encoding },
          body: compress(command),
        });
        assert.deepEqual([http, record.outcome], [200, 'CANCELLED']);
      });
    }

    const bad: readonly { what: string; encoding: string; body: (text: string) => Buffer }[] = [
      { what: 'gzip that is none', encoding: 'gzip', body: (text) => Buffer.from(text) },
      { what: 'gzip that is empty', encoding: 'gzip', body: () => Buffer.alloc(0) },
      { what: 'gzip that is cut off', encoding: 'gzip', body: (text) => gzipSync(text).subarray(0, -9) },
      { what: 'gzip with a wrong sum', encoding: 'gzip', body: (text) => damaged(gzipSync(text)) },
      { what: 'gzip that says deflate', encoding: 'deflate', body: (text) => gzipSync(text) },
      { what: 'brotli that is none', encoding: 'br', body: (text) => Buffer.from(text) },
      { what: 'a coding that nobody has', encoding: 'klingon', body: (text) => Buffer.from(text) },
      { what: 'a coding named like what objects inherit', encoding: 'constructor', body: (text) => Buffer.from(text) },
      { what: 'two codings', encoding: 'gzip, gzip', body: (text) => gzipSync(gzipSync(text)) },
    ];
    for (const { what, encoding, body } of bad) {
      it(`refuses ${what}`, async () => {
        const { http, record } = await stage.post({ headers: { 'content-encoding': encoding }, body: body(command) });
        assert.deepEqual([http, record.outcome, record.resourceName], [400, 'INVALID', null]);
        assert.deepEqual(
          record.status.fieldViolations.map(({ field }) => field),
          [''],
        );
        assert.equal(stage.emulator.counts.requests.get, 0);
      });
    }

    it('acknowledges an unwrapped push whose publisher forged the coding, as INVALID', async () => {
      const headers = { 'x-goog-pubsub-message-id': '1', 'content-encoding': 'gzip' };
      const { http, record } = await stage.post({ headers, body: command });
      assert.deepEqual([http, record.outcome, record.requestId], [200, 'INVALID', 'pubsub:1']);
    });
  });

  describe('at most 64 KiB of command, counted after gunzip and base64', () => {
    const sized = (size: number) => command + ' '.repeat(size - Buffer.byteLength(command));
    const push = (payload: string | Buffer) => {
      const data = Buffer.from(payload).toString('base64');
      return JSON.stringify({ message: { data, messageId: '1' }, subscription: 'projects/p/subscriptions/s' });
    };

    const ways: readonly { way: string; question: (text: string) => Parameters<Stage['post']>[0]; tooLarge: number }[] =
      [
        { way: 'plain', question: (body) => ({ body }), tooLarge: 413 },
        { way: 'chunked', question: (text) => ({ body: [text.slice(0, 9), text.slice(9)] }), tooLarge: 413 },
        {
          way: 'in gzip',
          question: (text) => ({ body: gzipSync(text), headers: { 'content-encoding': 'gzip' } }),
          tooLarge: 413,
        },
        { way: 'in base64', question: (text) => ({ body: push(text) }), tooLarge: 200 },
        {
          way: 'in base64 in gzip',
          question: (text) => ({ body: gzipSync(push(text)), headers: { 'content-encoding': 'gzip' } }),
          tooLarge: 200,
        },
        {
          way: 'unwrapped',
          question: (body) => ({ body, headers: { 'x-goog-pubsub-message-id': '1' } }),
          tooLarge: 200,
        },
      ];
    for (const { way, question, tooLarge } of ways) {
      it(`takes 64 KiB ${way}`, async () => {
        const { http, record } = await stage.post(question(sized(COMMAND)));
        assert.deepEqual([http, record.outcome], [200, 'CANCELLED']);
      });

      it(`refuses a byte more ${way} with ${tooLarge}`, async () => {
        const { http, record } = await stage.post(question(sized(COMMAND + 1)));
        assert.deepEqual([http, record.outcome, record.resourceName], [tooLarge, 'INVALID', null]);
        assert.match(record.status.message, /64 KiB/);
        assert.equal(stage.emulator.counts.requests.get, 0);
      });
    }

    it('refuses a byte more that is no JSON and no name either as too large', async () => {
      const { http } = await stage.post({ body: '{'.repeat(COMMAND + 1) });
      assert.equal(http, 413);
    });

    const enveloped = (size: number, text: string) => {
      const whole = push(text);
      return whole.replace('"message":{', `"message":{"attributes":{"a":"${'b'.repeat(size - whole.length - 22)}"},`);
    };

    it('takes an envelope of 1 MiB around a command', async () => {
      const body = enveloped(ENVELOPE, command);
      assert.equal(Buffer.byteLength(body), ENVELOPE);
      const { http, record } = await stage.post({ body });
      assert.deepEqual([http, record.outcome], [200, 'CANCELLED']);
    });

    for (const { what, headers, body } of [
      { what: 'a body', headers: {}, body: () => 'x'.repeat(ENVELOPE + 1) },
      { what: 'a body of 20 MiB', headers: {}, body: () => Buffer.alloc(20 * ENVELOPE, 'x') },
      { what: 'JSON', headers: { 'content-type': 'application/json' }, body: () => `"${'x'.repeat(ENVELOPE)}"` },
      {
        what: 'what gzip inflates to',
        headers: { 'content-encoding': 'gzip' },
        body: () => gzipSync('x'.repeat(ENVELOPE + 1)),
      },
      {
        what: 'what brotli inflates to',
        headers: { 'content-encoding': 'br' },
        body: () =>
          brotliCompressSync(Buffer.alloc(64 * ENVELOPE), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
      },
    ]) {
      it(`refuses ${what} of more than 1 MiB with 413`, async () => {
        const { http, record } = await stage.post({ headers, body: body() });
        assert.deepEqual([http, record.outcome, record.status.name], [413, 'INVALID', 'INVALID_ARGUMENT']);
        assert.match(record.status.message, /1 MiB/);
      });
    }

    it('stops inflating a bomb at the limit: that its end is missing is never seen', async () => {
      const bomb = gzipSync(Buffer.alloc(32 * ENVELOPE));
      const cutOff = bomb.subarray(0, bomb.length / 2);
      assert.throws(() => gunzipSync(cutOff), { code: 'Z_BUF_ERROR' });
      const { http, record } = await stage.post({ headers: { 'content-encoding': 'gzip' }, body: cutOff });
      assert.deepEqual([http, record.outcome], [413, 'INVALID']);
    });

    it('answers on the same connection afterwards', async () => {
      await stage.post({ body: 'x'.repeat(2 * ENVELOPE) });
      const { record } = await stage.post({ body: command });
      assert.equal(record.outcome, 'CANCELLED');
    });
  });
});

/** Gzip whose checksum, four bytes before the last four, is not that of its content. */
function damaged(gzip: Buffer): Buffer {
  return gzip.fill(0, gzip.length - 8, gzip.length - 4);
}
