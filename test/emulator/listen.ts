import { createServer, type RequestListener } from 'node:http';

/** A server that listens on loopback. `close` breaks its connections and resolves once the port is free. */
export type Listening = { readonly port: number; close(): Promise<void> };

/** Long enough that no client ever meets a connection which the server is just about to drop. */
const keepAliveMs = 600_000;

/** Serves `listener` on `port` of 127.0.0.1, any free one where it is 0; rejects where the port cannot be had. */
export function listen(listener: RequestListener, port: number): Promise<Listening> {
  const server = createServer({ keepAliveTimeout: keepAliveMs }, listener);
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
      if (typeof address === 'object' && address !== null) resolve({ port: address.port, close });
      else reject(new Error('The emulator did not get a TCP port.'));
    });
  });
}
