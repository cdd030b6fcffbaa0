import assert from 'node:assert/strict';
import { METHODS } from 'node:http';
import { ask, askRaw } from './ask.ts';
import { recorded, type Stage, startStage } from './stage.ts';

/** Node.js itself ends a CONNECT that nobody listens for; no front end passes one on. */
const OTHER_METHODS = METHODS.filter((method) => method !== 'POST' && method !== 'CONNECT');

const PATHS = [
  '/',
  '/a/b/c?d=e&f',
  '//',
  '/robots.txt',
  '/favicon.ico',
  '/%',
  '/%E0%A4%A',
  '/%00',
  '/..%2f..%2fetc',
  '/../../x',
  '/\\x',
  '/{*splat}',
  '*',
  'http://elsewhere.example/x',
  `/${'a'.repeat(4000)}`,
];

describe('section 1: any path, POST only', () => {
  let stage: Stage;
  let name: string;

  before(async () => {
    stage = await startStage();
    name = stage.emulator.startOperation();
  });
  after(() => stage[Symbol.asyncDispose]());

  for (const path of PATHS) {
    it(`takes a POST to ${path.slice(0, 40)}`, async () => {
      const { http, record } = await stage.post({ path, body: JSON.stringify({ name, validateOnly: true }) });
      assert.deepEqual([http, record.outcome], [200, 'VALIDATED']);
    });
  }

  for (const method of OTHER_METHODS) {
    it(`answers ${method} with 405, Allow: POST and a JSON error`, async () => {
      const logged = stage.lines.length;
      const { http, headers, text } = await ask(stage.url, { method, path: '/robots.txt' });
      assert.deepEqual([http, headers.allow], [405, 'POST']);
      assert.equal(headers['content-type'], 'application/json; charset=utf-8');
      if (method !== 'HEAD') assert.equal(JSON.parse(text).error.code, 405);
      assert.equal(stage.lines.length, logged, 'nothing was asked of the function, so nothing is recorded');
    });
  }

  it('answers another method with 405 although it has a body, and cancels nothing', async () => {
    const body = JSON.stringify({ name });
    const { http } = await ask(stage.url, { method: 'PUT', body });
    assert.equal(http, 405);
    assert.equal(stage.emulator.operation(name)?.requestedCancellation, false);
  });

  for (const expectation of ['nonsense', '100-continue']) {
    it(`takes a POST with Expect: ${expectation}`, async () => {
      const { record } = await stage.post({
        body: JSON.stringify({ name, validateOnly: true }),
        headers: { expect: expectation },
      });
      assert.equal(record.outcome, 'VALIDATED');
    });
  }

  it('takes a POST that asks for an upgrade, as a plain one', async () => {
    const head = 'POST / HTTP/1.1\r\nhost: x\r\nconnection: close, upgrade\r\nupgrade: websocket\r\n';
    const record = await postRaw(`${head}content-length: ${name.length}\r\n\r\n${name}`);
    assert.equal(record.resourceName, name);
  });

  it('takes a POST of HTTP/1.0', async () => {
    const record = await postRaw(`POST / HTTP/1.0\r\ncontent-length: ${name.length}\r\n\r\n${name}`);
    assert.equal(record.resourceName, name);
  });

  async function postRaw(bytes: string) {
    const answer = await askRaw(stage.url, bytes);
    const [head = '', text = ''] = answer.split('\r\n\r\n');
    const headers = Object.fromEntries(head.split('\r\n').map((line) => line.toLowerCase().split(': ')));
    return recorded({ http: 0, headers, text }, stage.lines).record;
  }
});
