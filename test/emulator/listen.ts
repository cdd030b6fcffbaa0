import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Dropped } from './schema.ts';

/** A server that listens on loopback. */
export type Listening = {
  readonly port: number;
  /** Lets every connection die on which nothing is under way; gives their number. */
  dropIdle(how: Dropped): number;
  /** Breaks all connections and resolves once the port is free. */
  close(): Promise<void>;
};

/**
 * How long Google's load balancers keep an idle connection (https://cloud.google.com/load-balancing/docs/https). They do not say
 * so in a Keep-Alive header, which Node's agent would go by: a client has to find out for itself that a connection is gone.
 */
const googlesKeepAliveMs = 610_000;

/** Serves `listener` on `port` of 127.0.0.1, any free one where it is 0; rejects where the port cannot be had. */
export function listen(listener: RequestListener, port: number, keepAliveMs = googlesKeepAliveMs): Promise<Listening> {
  /** The latest response of each open connection. */
  const open = new Map<Socket, ServerResponse | undefined>();
  const server = createServer({ keepAliveTimeout: keepAliveMs, keepAliveTimeoutBuffer: 0 }, (request, response) => {
    open.set(request.socket, response);
    // Named explicitly, it comes without the Keep-Alive header.
    if (response.shouldKeepAlive) response.setHeader('connection', 'keep-alive');
    listener(request, response);
  });
  server.on('connection', (socket: Socket) => {
    open.set(socket, undefined);
    socket.once('close', () => open.delete(socket));
  });

  function dropIdle(how: Dropped): number {
    const idle = [...open].filter(([socket, response]) => !dead.has(socket) && response?.writableEnded !== false);
    for (const [socket] of idle) drop(socket, how);
    return idle.length;
  }

  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve({ port: address.port, dropIdle, close });
      else reject(new Error('The emulator did not get a TCP port.'));
    });
  });
}

/** Connections that have been dropped and that the client may still believe in. */
const dead = new WeakSet<Socket>();

/** Lets a connection die as networks do, without a FIN: what comes from now on is never read, or answered with RST. */
export function drop(socket: Socket, how: Dropped): void {
  dead.add(socket);
  socket.setTimeout(0);
  if (how === 'silently') {
    socket.pause();
    return;
  }
  // The first listener takes the socket out of the hands of the HTTP parser, which is not to see any of it.
  socket.on('data', () => undefined);
  socket.removeAllListeners('data');
  socket.once('data', () => socket.resetAndDestroy());
}
