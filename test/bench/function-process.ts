import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { Contender } from './contenders.ts';

/** A function that was spawned and takes connections. */
export type FunctionProcess = {
  port: number;
  /** When it was spawned, in milliseconds on the clock of `performance.now()`. */
  spawnTime: number;
  /** The first connection that it took. */
  socket: Socket;
  /** CPU time since it was spawned in µs, and the peak of its resident memory in MiB. Only where it has the probe. */
  usage: () => Promise<Usage>;
  stop: () => Promise<void>;
};

export type Usage = { cpu: number; peakMemory: number };

const PROBE = fileURLToPath(new URL('probe.cjs', import.meta.url));

/** How exactly a start is timed, in milliseconds, against the time that polling takes from the other processes. */
const POLL_INTERVAL = 1;

const START_TIMEOUT = 20_000;

/** `process.cpuUsage()` is in µs, `maxRSS` in KiB. */
const usageSchema = z
  .object({ cpu: z.object({ user: z.number(), system: z.number() }), maxRSS: z.number() })
  .transform(({ cpu, maxRSS }): Usage => ({ cpu: cpu.user + cpu.system, peakMemory: maxRSS / 1024 }));

/**
 * Starts a function as Cloud Run does, by the framework's command and in production, and waits until it takes
 * connections. Its stdout is a pipe that is read and thrown away, as the log collector of Cloud Run reads it.
 * `google` is the port of the stand-in for Google. Throws where the function does not start.
 */
export async function startFunction(contender: Contender, google: number, probed: boolean): Promise<FunctionProcess> {
  const port = await freePort();
  const command = [
    `${contender.framework}/build/src/main.js`,
    '--target=cancelOperation',
    `--source=${contender.source}`,
  ];
  const spawnTime = performance.now();
  const child = spawn(process.execPath, probed ? ['--require', PROBE, ...command] : command, {
    stdio: probed ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      PORT: String(port),
      DATASTREAM_ENDPOINT: `http://127.0.0.1:${google}`,
      GCE_METADATA_HOST: `127.0.0.1:${google}`,
      METADATA_SERVER_DETECTION: 'assume-present',
      ...contender.env,
    },
  });
  child.stdout?.resume();
  const errors = collect(child);
  const socket = await firstConnection(child, port, errors);
  return { port, spawnTime, socket, usage: () => usageOf(child), stop: () => stop(child) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}

/** What the child wrote to stderr, its last few lines. */
function collect(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-2000);
  });
  return () => text;
}

async function firstConnection(child: ChildProcess, port: number, errors: () => string): Promise<Socket> {
  const giveUp = performance.now() + START_TIMEOUT;
  while (performance.now() < giveUp && child.exitCode === null) {
    const socket = await tryToConnect(port);
    if (socket !== undefined) return socket;
    await sleep(POLL_INTERVAL);
  }
  await stop(child);
  throw new Error(`The function did not start.\n${errors()}`);
}

function tryToConnect(port: number): Promise<Socket | undefined> {
  const { promise, resolve } = Promise.withResolvers<Socket | undefined>();
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.once('connect', () => resolve(socket));
  socket.once('error', () => resolve(undefined));
  return promise;
}

async function usageOf(child: ChildProcess): Promise<Usage> {
  const answer = once(child, 'message');
  child.send('usage');
  return usageSchema.parse((await answer)[0]);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
