import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { keepRequestsUnparsed } from '../../src/framework/unparsed-requests.ts';
import { ask } from './ask.ts';

/** What the framework's own listener sees of a request. */
type Seen = { url: string | undefined; headers: IncomingHttpHeaders };

/** What the framework sets in its Express application. */
const FRAMEWORKS = { 'trust proxy': true, etag: false };

const LABELS = { 'function-execution-id': 'a-1', 'x-cloud-trace-context': `${'a'.repeat(32)}/1;o=1` };

describe("section 3: what the framework sees, so that it leaves a request's body alone", () => {
  before(() => keepRequestsUnparsed());

  /** Posts to a server whose application has these settings, undefined where it is none. */
  async function seenBy(settings: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Seen[]> {
    const seen: Seen[] = [];
    const listener: RequestListener = ({ url, headers: seenHeaders }, response) => {
      seen.push({ url, headers: { ...seenHeaders } });
      response.end();
    };
    const server = createServer(settings === undefined ? listener : Object.assign(listener, { settings }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    for (const body of ['x', ['x', 'y']]) await ask(`http://127.0.0.1:${port}`, { path: '/a?b', body, headers });
    server.closeAllConnections();
    server.close();
    return seen;
  }

  const announced = ({ headers }: Seen) => [headers['content-length'], headers['transfer-encoding']];

  it('is no path and no body, of any request', async () => {
    for (const request of await seenBy(FRAMEWORKS)) {
      assert.equal(request.url, '/');
      assert.deepEqual(announced(request), [undefined, undefined]);
    }
  });

  for (const [what, settings] of [
    ['without an application', undefined],
    ['whose application has no settings', null],
    ['whose settings are others', {}],
    ['that trusts no proxy', { ...FRAMEWORKS, 'trust proxy': false }],
    ['that makes etags', { ...FRAMEWORKS, etag: 'weak' }],
    ['that says nothing of etags', { 'trust proxy': true }],
    ['that says nothing of proxies', { etag: false }],
  ] as const) {
    it(`is left to a server ${what} as it was sent`, async () => {
      const [whole, chunked] = await seenBy(settings, LABELS);
      assert.ok(whole !== undefined && chunked !== undefined);
      assert.deepEqual([whole.url, ...announced(whole)], ['/a?b', '1', undefined]);
      assert.deepEqual([chunked.url, ...announced(chunked)], ['/a?b', undefined, 'chunked']);
      assert.equal(whole.headers['function-execution-id'], 'a-1');
    });
  }

  it('is what the framework makes labels of only where that is well-formed', async () => {
    for (const [name, value, kept] of [
      ['function-execution-id', 'AZaz09-', true],
      ['function-execution-id', 'a'.repeat(64), true],
      ['function-execution-id', 'a'.repeat(65), false],
      ['function-execution-id', 'a b', false],
      ['function-execution-id', ' é', false],
      ['x-cloud-trace-context', LABELS['x-cloud-trace-context'], true],
      ['x-cloud-trace-context', 'a'.repeat(5000), false],
    ] as const) {
      const [{ headers } = assert.fail('Nothing was seen.')] = await seenBy(FRAMEWORKS, { [name]: value });
      assert.equal(headers[name], kept ? value : undefined, value);
    }
  });

  it('is no expectation but the one that Node.js knows', async () => {
    const [{ headers } = assert.fail('Nothing was seen.')] = await seenBy(FRAMEWORKS, { expect: '100-Continue' });
    assert.equal(headers.expect, '100-Continue');
  });
});
