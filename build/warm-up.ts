import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FRAMEWORK } from './bundles.ts';

/*
 * Runs the bundle once, one refusal and one cancellation, so that what is kept of what V8 compiles has all that they
 * need. Google is played by a server on loopback that knows one operation.
 */

const NAME = 'projects/acme-data/locations/us-central1/operations/operation-1';

let cancelled = false;

function answerTo({ method, url = '' }: IncomingMessage): string {
  if (url.includes('/token'))
    return JSON.stringify({ access_token: 'warm-up', expires_in: 3599, token_type: 'Bearer' });
  if (url.startsWith('/computeMetadata')) return url.includes('project-id') ? 'acme-data' : 'nobody@example.com';
  if (method === 'POST') cancelled = true;
  if (method === 'POST') return '{}';
  const end = cancelled ? { done: true, error: { code: 1, message: 'Cancelled.' } } : {};
  return JSON.stringify({
    name: NAME,
    metadata: { verb: 'create', createTime: '2026-01-01T00:00:00.000000000Z' },
    ...end,
  });
}

const google = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'metadata-flavor': 'Google' }).end(answerTo(request));
}).listen(0, '127.0.0.1');
await once(google, 'listening');

/** A port that nothing listens on just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server.address());
  server.close();
  return port;
}

function portOf(address: ReturnType<typeof google.address>): number {
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

const googleHost = `127.0.0.1:${portOf(google.address())}`;
const port = await freePort();
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const env = {
  NODE_ENV: 'production',
  PORT: String(port),
  DATASTREAM_ENDPOINT: `http://${googleHost}`,
  GCE_METADATA_HOST: googleHost,
  // Nobody's own credentials.
  CLOUDSDK_CONFIG: here('none'),
};
// Started as it is deployed, but for what writes the compiled form down.
const first = ['dist/preload.cjs', 'build/compile.cjs'].map((file) => `--require=./${file}`);
const command = [...first, `${FRAMEWORK}/main.js`, '--target=cancelOperation'];
const started = spawn(process.execPath, command, { env, stdio: ['ignore', 'ignore', 'inherit'] });
const exited = once(started, 'exit');

/** Posts to the function; tries again, for some seconds, until it is up. */
async function post(body: string): Promise<unknown> {
  for (let attempts = 0; ; attempts++) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body });
      return await response.json();
    } catch (error) {
      if (attempts === 200 || started.exitCode !== null) throw error;
      await sleep(25);
    }
  }
}

try {
  await post('not a name');
  const record = await post(JSON.stringify({ name: NAME, wait: '0s' }));
  const outcome = typeof record === 'object' && record !== null && 'outcome' in record ? record.outcome : undefined;
  if (outcome !== 'CANCELLED') throw new Error(`The bundle does not cancel: ${JSON.stringify(record)}`);
} finally {
  // The framework ends the process in good order, and with that the cache is written.
  started.kill('SIGTERM');
  await exited;
  google.close();
}
