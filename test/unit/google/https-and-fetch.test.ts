import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fetchOverHttp } from '../../../src/google/auth-library.ts';
import { type HttpRequest, send } from '../../../src/google/http.ts';
import { deadlineIn, NO_SHUTDOWN, systemClock } from '../../../src/terms/clock.ts';

const opened: Server[] = [];
const deadline = deadlineIn(systemClock, 60_000, NO_SHUTDOWN);

async function listening(server: Server): Promise<string> {
  opened.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

const serving = async (listener: RequestListener) => `http://${await listening(createHttpServer(listener))}/`;

const ask = (url: string, more: Partial<HttpRequest> = {}) =>
  send({ method: 'GET', url, headers: {}, deadline, timeout: 5000, mostBytes: 100, ...more });

/** A key and the certificate for it that it signed itself, undefined where there is no openssl to make them. */
function ownCertificate(): { key: string; cert: string } | undefined {
  const asked = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const about = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', '-', '-out', '-'];
  const { stdout, status } = spawnSync('openssl', [...asked, ...about], { encoding: 'utf8' });
  const pem = (what: string) => new RegExp(`-----BEGIN ${what}-----[^]+?-----END ${what}-----`).exec(stdout)?.[0];
  const [key, cert] = status === 0 ? [pem('PRIVATE KEY'), pem('CERTIFICATE')] : [];
  return key === undefined || cert === undefined ? undefined : { key, cert };
}

after(() => {
  for (const server of opened) server.close();
});

describe('one request, over TLS too', () => {
  it('brings status, headers and the whole body, and keeps its connection', async () => {
    const ports = new Set<number | undefined>();
    const url = await serving(({ method, socket, headers }, response) => {
      ports.add(socket.remotePort);
      response.writeHead(418, { 'x-one': headers['x-two'] }).end(`${method} ü`);
    });
    for (let times = 0; times < 3; times += 1) {
      const result = await ask(url, { headers: { 'x-two': '2' } });
      assert.ok(result.kind === 'answer');
      assert.deepEqual([result.http, result.headers['x-one'], result.body], [418, '2', 'GET ü']);
    }
    assert.equal(ports.size, 1);
  });

  it('is given up when its time is over, and its connection with it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const url = await serving(({ socket }) => socket.once('close', () => resolve()));
    assert.deepEqual(await ask(url, { timeout: 30 }), { kind: 'timeout', sent: true, stale: false });
    await promise;
  });

  it('is given up in the middle of an answer too', async () => {
    const url = await serving((_, response) => void response.writeHead(200).write('x'));
    assert.deepEqual(await ask(url, { timeout: 30 }), { kind: 'timeout', sent: true, stale: false });
  });

  it('trusts no server that nobody vouches for, and keeps its connection to one that somebody does (skipped where openssl is missing)', async function () {
    const own = ownCertificate();
    if (own === undefined) this.skip();
    const ports: (number | undefined)[] = [];
    const server = createHttpsServer(own, ({ socket }, response) => {
      ports.push(socket.remotePort);
      response.end('there');
    });
    const url = `https://${await listening(server)}/`;
    assert.deepEqual(await ask(url), { kind: 'broken', sent: false, stale: false });
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, own.cert]);
    try {
      for (const _ of [1, 2, 3]) {
        const result = await ask(url);
        assert.deepEqual([result.kind, 'body' in result && result.body], ['answer', 'there']);
      }
    } finally {
      setDefaultCACertificates(before);
      server.closeAllConnections();
    }
    assert.deepEqual([ports.length, new Set(ports).size], [3, 1]);
  });

  it('is encrypted where the URL says https', async () => {
    const first = Promise.withResolvers<number | undefined>();
    const server = createServer((socket) => {
      socket.once('data', (data) => {
        first.resolve(data[0]);
        socket.destroy();
      });
    });
    const result = await ask(`https://${await listening(server)}/`);
    assert.equal(result.kind, 'broken');
    // The content type of a TLS handshake record (RFC 8446, 5.1).
    assert.equal(await first.promise, 22);
  });
});

describe("google-auth-library's requests, over our own HTTP", () => {
  const echo = () =>
    serving(async (request, response) => {
      const body = (await request.toArray()).join('');
      const { method, headers } = request;
      response.writeHead(201, { 'x-told': 'yes' }).end(JSON.stringify({ method, type: headers['content-type'], body }));
    });
  const cases: readonly { title: string; init?: RequestInit; seen: object }[] = [
    { title: 'a GET by default', seen: { method: 'GET', body: '' } },
    { title: 'text', init: { method: 'POST', body: '{}' }, seen: { method: 'POST', body: '{}' } },
    {
      title: 'a form',
      init: { method: 'POST', body: new URLSearchParams({ a: 'b c' }) },
      seen: { method: 'POST', type: 'application/x-www-form-urlencoded', body: 'a=b+c' },
    },
    {
      title: 'a form with a type of its own',
      init: { method: 'POST', body: new URLSearchParams({ a: 'b' }), headers: { 'Content-Type': 'text/x-form' } },
      seen: { method: 'POST', type: 'text/x-form', body: 'a=b' },
    },
  ];
  for (const { title, init, seen } of cases) {
    it(`carry ${title}`, async () => {
      const url = new URL(await echo());
      const response = await fetchOverHttp(url, init);
      assert.deepEqual([response.status, response.headers.get('x-told')], [201, 'yes']);
      assert.deepEqual(await response.json(), seen);
    });
  }

  it('take an answer without a body', async () => {
    const url = await serving((_, response) => response.writeHead(204).end());
    const response = await fetchOverHttp(url);
    assert.deepEqual([response.status, await response.text()], [204, '']);
  });

  it('fail as fetch does where no answer comes, and name no more than the origin', async () => {
    const url = await serving(({ socket }) => socket.destroy());
    await assert.rejects(fetchOverHttp(`${url}secret?key=1`), (error: Error) => {
      assert.ok(error instanceof TypeError);
      assert.ok(error.message.includes(new URL(url).origin) && !error.message.includes('secret'));
      return true;
    });
  });

  it('can be given up early', async () => {
    const url = await serving(() => undefined);
    await assert.rejects(fetchOverHttp(url, { signal: AbortSignal.timeout(20) }), TypeError);
  });

  it('have no body but text', async () => {
    const url = await echo();
    await assert.rejects(fetchOverHttp(url, { method: 'POST', body: new Uint8Array(3) }), TypeError);
  });
});
