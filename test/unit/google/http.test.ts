import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { mock } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { type HttpRequest, send, sendTwice } from '../../../src/google/http.ts';
import { deadlineIn, NO_SHUTDOWN, type Shutdown, systemClock } from '../../../src/terms/clock.ts';
import { onLoopback } from './loopback.ts';

/** A server that does as told with the bytes of its connections, and knows them. */
async function rawServer(onConnection: (socket: net.Socket, index: number) => void) {
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket, sockets.push(socket) - 1);
  });
  return {
    url: `http://127.0.0.1:${await onLoopback(server)}/`,
    sockets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';

const ask = (url: string, more: Partial<HttpRequest> = {}) =>
  send({
    method: 'GET',
    url,
    headers: {},
    deadline: deadlineIn(systemClock, 5000, NO_SHUTDOWN),
    timeout: 200,
    mostBytes: 1000,
    ...more,
  });

/** A server that answers, until its connections are killed: what comes on one of those goes to `onDead`. */
async function mortal(onDead: (socket: net.Socket) => void) {
  const dead = new Set<net.Socket>();
  const server = await rawServer((socket) => {
    socket.on('data', () => (dead.has(socket) ? onDead(socket) : socket.write(OK)));
  });
  const kill = () => {
    for (const socket of server.sockets) dead.add(socket);
  };
  return { ...server, kill };
}

describe('connections towards Google', () => {
  const deaths: readonly [string, (socket: net.Socket) => void, 'timeout' | 'broken'][] = [
    ['in silence', () => {}, 'timeout'],
    ['with a reset at the first byte', (socket) => socket.resetAndDestroy(), 'broken'],
    ['with an end at the first byte', (socket) => socket.end(), 'broken'],
  ];
  for (const [how, onDead, kind] of deaths) {
    for (const kept of [1, 5, 20])
      it(`${kept} of which died ${how} cost one attempt, then a new one is opened`, async () => {
        await using server = await mortal(onDead);
        await Promise.all(Array.from({ length: kept }, () => ask(server.url)));
        assert.equal(server.sockets.length, kept);
        server.kill();
        assert.deepEqual(await ask(server.url), { kind, sent: true, stale: true });
        assert.equal((await ask(server.url)).kind, 'answer');
        assert.equal(server.sockets.length, kept + 1);
        assert.equal((await ask(server.url)).kind, 'answer');
        assert.equal(server.sockets.length, kept + 1);
      });

    it(`of which some died ${how} cost nothing where a request may be sent twice`, async () => {
      await using server = await mortal(onDead);
      await Promise.all([ask(server.url), ask(server.url)]);
      server.kill();
      const deadline = deadlineIn(systemClock, 5000, NO_SHUTDOWN);
      const request = { method: 'GET', url: server.url, headers: {}, deadline, timeout: 200, mostBytes: 9 };
      assert.equal((await sendTwice(request)).kind, 'answer');
    });
  }

  const unasked = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  const breaks: readonly [string, string | undefined, object][] = [
    ['a 101 that nobody asked for', unasked, { kind: 'broken', sent: true, stale: false }],
    ['a bare 101', 'HTTP/1.1 101 Odd\r\n\r\n', { kind: 'broken', sent: true, stale: false }],
    ['what is not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', { kind: 'broken', sent: true, stale: false }],
    ['half an answer', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{', { kind: 'broken', sent: true, stale: false }],
    [
      'half a chunk',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{',
      { kind: 'broken', sent: true, stale: false },
    ],
    ['nothing', '', { kind: 'broken', sent: true, stale: false }],
    ['silence', undefined, { kind: 'timeout', sent: true, stale: false }],
    [
      'more than is taken',
      `HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n${'x'.repeat(1001)}`,
      { kind: 'too large', sent: true, stale: false },
    ],
  ];
  for (const [what, bytes, expected] of breaks)
    it(`bring no answer where the other side sends ${what}`, async () => {
      await using server = await rawServer((socket) =>
        socket.once('data', () => bytes !== undefined && socket.end(bytes)),
      );
      const started = performance.now();
      assert.deepEqual(await ask(server.url, { timeout: 1000 }), expected);
      if (bytes !== undefined) assert.ok(performance.now() - started < 500, 'it was noticed by the timeout only');
    });

  it('that cut an answer short were not dead: the pause before the next attempt stays', async () => {
    await using server = await mortal((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{'));
    await ask(server.url);
    server.kill();
    assert.deepEqual(await ask(server.url), { kind: 'broken', sent: true, stale: false });
  });

  it('end with a 101 that nobody asked for although the other side keeps the connection', async () => {
    await using server = await rawServer((socket) => socket.once('data', () => socket.write(unasked)));
    assert.equal((await ask(server.url, { timeout: 2000 })).kind, 'broken');
  });

  it('are not reached where nobody listens: nothing was sent', async () => {
    const server = await rawServer(() => {});
    await server[Symbol.asyncDispose]();
    assert.deepEqual(await ask(server.url), { kind: 'broken', sent: false, stale: false });
  });

  it('bring an answer of exactly the most bytes, in whatever pieces, past 1xx answers, delimited by its end', async () => {
    await using server = await rawServer((socket) =>
      socket.once('data', async () => {
        socket.setNoDelay(true);
        socket.write('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 201 Created\r\nConnection: close\r\n\r\n');
        for (let index = 0; index < 10; index++) {
          socket.write('é'.repeat(50));
          await passing(1);
        }
        socket.end();
      }),
    );
    const result = await ask(server.url);
    assert.ok(result.kind === 'answer');
    assert.deepEqual([result.http, result.body], [201, 'é'.repeat(500)]);
  });

  it('take a body of one-byte chunks in little memory', async () => {
    const size = 1024 * 1024;
    await using server = await rawServer((socket) =>
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
        socket.end(`${'1\r\nx\r\n'.repeat(size)}0\r\n\r\n`);
      }),
    );
    const before = process.memoryUsage().rss;
    const result = await ask(server.url, { mostBytes: size, timeout: 20_000 });
    const grown = (process.memoryUsage().rss - before) / size;
    assert.equal(result.kind === 'answer' && result.body.length, size);
    assert.ok(grown < 150, `it grew by ${grown} MiB`);
  });

  it('end attempts when a shutdown brings the deadline near', async () => {
    await using server = await rawServer(() => {});
    let left = Number.POSITIVE_INFINITY;
    let announce = () => {};
    const shutdown: Shutdown = {
      left: () => left,
      onAnnounced: (listener) => {
        announce = listener;
        return () => {};
      },
    };
    const result = ask(server.url, { deadline: deadlineIn(systemClock, 60_000, shutdown), timeout: 10_000 });
    await passing(20);
    left = 50;
    announce();
    assert.deepEqual(await result, { kind: 'timeout', sent: true, stale: false });
  });

  it('send nothing that cannot be a header', async () => {
    const result = await ask('http://127.0.0.1:9/', { headers: { authorization: 'Bearer a\r\nb' } });
    assert.deepEqual(result, { kind: 'broken', sent: false, stale: false });
  });

  it('are ended by this function once nobody has used them for twenty seconds', async () => {
    await using server = await rawServer((socket) => socket.on('data', () => socket.write(OK)));
    // The timers of sockets cannot be held, so the one that runs out in twenty seconds is told that it has.
    const timers = mock.method(net.Socket.prototype, 'setTimeout');
    assert.equal((await ask(server.url)).kind, 'answer');
    await passing(10);
    timers.mock.restore();
    const { arguments: settings, this: socket } = timers.mock.calls.at(-1) ?? assert.fail('no timer was set');
    assert.equal(settings[0], 20_000);
    const ended = once(server.sockets[0] ?? assert.fail('no connection'), 'end');
    assert.ok(socket instanceof net.Socket);
    socket.emit('timeout');
    await ended;
  });

  it('are kept while they are used', async () => {
    const server = http.createServer((_, response) => response.end('{}'));
    let connections = 0;
    server.on('connection', () => connections++);
    const url = `http://127.0.0.1:${await onLoopback(server)}/`;
    for (let count = 0; count < 5; count++) assert.equal((await ask(url)).kind, 'answer');
    server.closeAllConnections();
    server.close();
    assert.equal(connections, 1);
  });
});
