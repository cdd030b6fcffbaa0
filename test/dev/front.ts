import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

/** A port that stays the same while functions behind it come and go. */
export type Front = AsyncDisposable & {
  readonly port: number;
  /** New connections go to this port of loopback from now on; undefined answers them with 503. */
  leadTo: (port: number | undefined) => void;
};

const NOBODY_THERE = [
  'HTTP/1.1 503 Service Unavailable',
  'connection: close',
  'content-type: text/plain',
  '',
  'The function does not run. npm run dev says why.\n',
].join('\r\n');

/**
 * Listens on a port of loopback, 0 for any free one, and passes bytes on as they are, so that what arrives at the function
 * is what was sent. Rejects where the port cannot be had.
 */
export async function openFront(port: number): Promise<Front> {
  let target: number | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (target === undefined) refuse(socket);
    else passOn(socket, target);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? port) : port,
    leadTo: (to) => {
      target = to;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function passOn(socket: Socket, port: number): void {
  const onward = connect(port, '127.0.0.1');
  // Where one side breaks, pipeline breaks the other; there is nobody else to tell.
  pipeline(socket, onward, () => {});
  pipeline(onward, socket, () => {});
}

function refuse(socket: Socket): void {
  socket.on('error', () => {});
  // What was sent has to be read before, else the connection is reset and the answer lost.
  socket.once('data', () => socket.end(NOBODY_THERE)).resume();
}
