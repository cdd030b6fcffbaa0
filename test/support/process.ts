import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The built function in a process of its own, under the framework's real command, as Cloud Run starts it. */
export type FunctionProcess = AsyncDisposable & {
  readonly url: string;
  /** Every whole line of its stdout so far; nothing where its stdout is not read. */
  readonly lines: readonly string[];
  /** All of its stderr so far. */
  readonly stderr: () => string;
  /** Its stdout, where `stdout` left it to the test. */
  readonly child: ChildProcess;
  /** Sends a signal and waits for its end, and until all that it wrote is in `lines`. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<Exit>;
};

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** `lines` reads stdout, `left` leaves it to the test and reads nothing, a number is a file descriptor to write to. */
export type Stdout = 'lines' | 'left' | number;

type Environment = Readonly<Record<string, string | undefined>>;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMMAND = fileURLToPath(new URL('../../node_modules/.bin/functions-framework', import.meta.url));
const START_TIMEOUT = 15_000;

/** Starts the built function with these variables and no others of this process, and waits until it takes connections. */
export async function spawnFunction(env: Environment, stdout: Stdout = 'lines'): Promise<FunctionProcess> {
  for (;;) {
    const port = await freePort();
    const { child, lines, stderr } = launch({ ...env, PORT: String(port) }, stdout);
    const stop = (signal: NodeJS.Signals = 'SIGKILL') => end(child, signal, stdout);
    if (await takesConnections(child, port)) {
      return {
        url: `http://127.0.0.1:${port}`,
        lines,
        stderr,
        child,
        stop,
        [Symbol.asyncDispose]: async () => void (await stop()),
      };
    }
    await stop();
    // Somebody else was quicker with the port.
    if (!stderr().includes('EADDRINUSE')) throw new Error(`The function did not start.\n${stderr()}`);
  }
}

/** Starts the built function where it cannot run, and brings what it left. */
export async function failedStart(
  env: Environment,
): Promise<Exit & { readonly stdout: string; readonly stderr: string }> {
  const { child, lines, stderr } = launch({ ...env, PORT: String(await freePort()) }, 'lines');
  const late = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT);
  await once(child, 'close');
  clearTimeout(late);
  return { code: child.exitCode, signal: child.signalCode, stdout: lines.join('\n'), stderr: stderr() };
}

/** Those that run. None outlives the tests, however they end. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function launch(env: Environment, stdout: Stdout) {
  const child = spawn(process.execPath, [COMMAND, '--target=cancelOperation'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
    stdio: ['ignore', typeof stdout === 'number' ? stdout : 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const lines: string[] = [];
  let unfinished = '';
  if (stdout === 'lines') {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (unfinished + text).split('\n');
      unfinished = parts.pop() ?? '';
      lines.push(...parts);
    });
  }
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return { child, lines, stderr: () => errors };
}

/**
 * A port that nobody listens on. It lies below those that systems give out by themselves, so that no server of another
 * test can get it between now and the start of the function.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

async function takesConnections(child: ChildProcess, port: number): Promise<boolean> {
  const giveUp = performance.now() + START_TIMEOUT;
  while (child.exitCode === null && child.signalCode === null && performance.now() < giveUp) {
    if (await connects(port)) return true;
    await sleep(10);
  }
  return false;
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals, stdout: Stdout): Promise<Exit> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, stdout === 'lines' ? 'close' : 'exit');
    child.kill(signal);
    await ended;
  }
  child.stdout?.destroy();
  return { code: child.exitCode, signal: child.signalCode };
}
