import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { call, operationOf, pageOf, until } from './call.ts';
import { startEmulator } from './emulator.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

describe('npm run emulator', function () {
  this.timeout(20_000);
  let running: ChildProcess | undefined;

  afterEach(() => running?.kill('SIGKILL'));

  function start(
    variables: Readonly<Record<string, string>>,
  ): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
    const child = spawn(process.execPath, [main], {
      env: { ...process.env, FORCE_COLOR: undefined, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running = child;
    return child;
  }

  /** What it prints until it is ready, and its address in that. */
  async function ready(child: ReturnType<typeof start>): Promise<{ output: string; url: string }> {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    await until(() => output.endsWith('\n\n'));
    return { output, url: /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? assert.fail(output) };
  }

  it('has one running operation of each kind and says how to use them', async () => {
    const { output, url } = await ready(start({ PORT: '0' }));
    const { operations = [] } = pageOf(await call(`${url}/v1/projects/acme-data/locations/us-central1/operations`));
    assert.ok(operations.length >= 6);
    for (const { name } of operations) assert.match(output, new RegExp(`^ +${name.split('/').at(-1)} +\\w`, 'm'));
    for (const [variable, value] of [
      ['DATASTREAM_ENDPOINT', url],
      ['GCE_METADATA_HOST', url.slice('http://'.length)],
      ['METADATA_SERVER_DETECTION', 'assume-present'],
    ]) {
      assert.match(output, new RegExp(`^ +export ${variable}=${value}$`, 'm'));
    }
    assert.ok(!output.includes('\u001b'), 'no colors where there is no terminal');
  });

  it('cancels what it says it cancels', async () => {
    const { url } = await ready(start({ PORT: '0' }));
    const operation = `${url}/v1/projects/acme-data/locations/us-central1/operations/cancels-at-once`;
    await call(`${operation}:cancel`, { method: 'POST', body: '' });
    assert.equal(operationOf(await call(operation)).error?.code, 1);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`ends cleanly at ${signal}`, async () => {
      const child = start({ PORT: '0' });
      await ready(child);
      child.kill(signal);
      assert.deepEqual(await once(child, 'exit'), [0, null]);
    });
  }

  for (const PORT of ['99999', '-1', '80a', ' ']) {
    it(`refuses PORT=${JSON.stringify(PORT)}`, async () => {
      const child = start({ PORT });
      const [message, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      assert.deepEqual([message, code], ['PORT must be a number from 1 to 65535, or 0 for any free port.\n', 1]);
    });
  }

  it('says when its port is taken', async () => {
    await using other = await startEmulator();
    const child = start({ PORT: String(other.port) });
    const [message, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    assert.equal(message, `Port ${other.port} is taken. Choose another one: PORT=${other.port + 1} npm run emulator\n`);
    assert.equal(code, 1);
  });
});
