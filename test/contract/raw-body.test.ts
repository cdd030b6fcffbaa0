import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { type FunctionProcess, spawnFunction } from '../support/process.ts';
import { until } from '../support/until.ts';
import { ask, askRaw, type Question } from './ask.ts';
import { recorded, resultsOf } from './stage.ts';

/** Stands in every body, and must stand nowhere else. */
const MARK = 'Zx9QvRawBody';

const QUESTIONS: readonly (Question & { what: string; http: number })[] = [
  { what: 'bad JSON', headers: { 'content-type': 'application/json' }, body: `{"name": "${MARK}`, http: 400 },
  { what: 'JSON that is no object', headers: { 'content-type': 'application/json' }, body: `["${MARK}"]`, http: 400 },
  {
    what: 'bad JSON of an event',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: `{${MARK}`,
    http: 400,
  },
  {
    what: 'a bad charset',
    headers: { 'content-type': 'application/json; charset=klingon' },
    body: `"${MARK}"`,
    http: 400,
  },
  { what: 'another charset', headers: { 'content-type': 'text/plain; charset=utf-16' }, body: MARK, http: 400 },
  { what: 'a bad type', headers: { 'content-type': ';;;' }, body: MARK, http: 400 },
  { what: 'no type', body: MARK, http: 400 },
  {
    what: 'bad gzip',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: MARK,
    http: 400,
  },
  { what: 'an unknown coding', headers: { 'content-encoding': MARK }, body: MARK, http: 400 },
  { what: 'gzip of bad JSON', headers: { 'content-encoding': 'gzip' }, body: gzipSync(`{${MARK}`), http: 400 },
  {
    what: 'form data with more fields than a parser takes',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `a=${MARK}&`.repeat(2000),
    http: 400,
  },
  { what: 'bad percent-encoding in the path', path: '/%E0%A4%A', body: MARK, http: 400 },
  { what: 'too much', body: MARK.repeat(100_000), http: 413 },
  { what: 'bad UTF-8', body: Buffer.concat([Buffer.from(MARK), Buffer.from([0xff])]), http: 400 },
  { what: 'a name that is none', body: JSON.stringify({ name: `projects/${MARK}` }), http: 400 },
  {
    what: 'values of wrong forms',
    body: JSON.stringify({ reason: [MARK], wait: MARK, requestId: `${MARK} ` }),
    http: 400,
  },
  { what: 'a reason with a control character', body: JSON.stringify({ reason: `${MARK}\n` }), http: 400 },
  {
    what: 'bad base64',
    body: JSON.stringify({ message: { data: `${MARK}!`, messageId: '7' }, subscription: 'x' }),
    http: 200,
  },
  {
    what: 'data that is no command',
    body: JSON.stringify({
      message: { data: Buffer.from(`{${MARK}`).toString('base64'), messageId: '7' },
      subscription: 'x',
    }),
    http: 200,
  },
];

describe('section 3: the raw body is never written to a log', () => {
  let emulator: Emulator;
  let started: FunctionProcess;

  before(async () => {
    emulator = await startEmulator();
    started = await spawnFunction({ ...emulator.environment, NODE_ENV: 'production' });
  });
  after(async () => {
    await started.stop();
    await emulator.close();
  });

  for (const { what, http, ...question } of QUESTIONS) {
    it(`of ${what}, which gets the same JSON record and not the page of the framework`, async () => {
      const answer = await ask(started.url, question);
      assert.equal(answer.http, http);
      await until('the RESULT', () => started.lines.some((line) => line.includes(JSON.parse(answer.text).auditId)));
      const { record } = recorded(answer, started.lines);
      assert.equal(record.outcome, 'INVALID');
      assert.doesNotMatch(answer.text, new RegExp(MARK));
      assertNothingTold();
    });
  }

  it('of a body that was cut off', async () => {
    const logged = started.lines.length;
    const head = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n';
    await askRaw(started.url, `${head}{"name": "${MARK}`, true);
    await until('the RESULT', () => started.lines.length > logged);
    assert.deepEqual(
      resultsOf(started.lines.slice(logged)).map(({ outcome }) => outcome),
      ['INVALID'],
    );
    assertNothingTold();
  });

  function assertNothingTold(): void {
    assert.equal(started.stderr(), '');
    assert.doesNotMatch(
      started.lines.join('\n'),
      new RegExp(`${MARK}|${Buffer.from(MARK).toString('base64').slice(0, 12)}`),
    );
  }
});
