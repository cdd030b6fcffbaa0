import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:net';

/** Has a server listen on a free port of loopback, which it brings. */
export async function onLoopback(server: Server, host = '127.0.0.1'): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}
