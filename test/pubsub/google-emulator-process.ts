import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface EmulatorProcess {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Ends the process and whatever it started, waits for that, and removes its folder. */
  stop(): Promise<void>;
}

const START_MS = 30_000;
// It lives for seconds: compiling less makes it start in half the time, and it shares the machine with other tests.
const JAVA_OPTS = '-XX:TieredStopAtLevel=1 -Xmx256m';

/**
 * Starts the emulator on a free port with a temporary folder of its own and waits until it answers.
 * Throws with the end of its log where it does not within 30 s.
 */
export async function startEmulatorProcess(command: string): Promise<EmulatorProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'pubsub-emulator-'));
  const logPath = join(folder, 'emulator.log');
  const log = await open(logPath, 'w');
  const port = await freePort();
  const child = spawn(command, ['--host=127.0.0.1', `--port=${port}`], {
    cwd: folder,
    env: { ...process.env, JAVA_OPTS: `${process.env['JAVA_OPTS'] ?? ''} ${JAVA_OPTS}` },
    stdio: ['ignore', log.fd, log.fd],
    detached: true, // Its own process group, so that script and Java end together.
  });
  const forget = endWithThisProcess(child, folder);

  async function stop(): Promise<void> {
    forget();
    const running = child.pid !== undefined && child.exitCode === null && child.signalCode === null;
    const exited = running ? once(child, 'exit') : undefined;
    killGroup(child);
    await exited;
    await log.close();
    await rm(folder, { recursive: true, force: true });
  }

  const origin = `http://127.0.0.1:${port}`;
  let spawnError: Error | undefined;
  child.once('error', (error) => {
    spawnError = error;
  });
  const deadline = Date.now() + START_MS;
  while (!(await answers(origin))) {
    if (spawnError !== undefined || child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      const said = (await readFile(logPath, 'utf8')).slice(-1000);
      await stop();
      throw new Error(`the Pub/Sub emulator did not start: ${said}`, { cause: spawnError });
    }
    await sleep(50);
  }
  return { origin, stop };
}

// A test run that is ended leaves neither Java nor the folder behind. Returns how to forget about it.
function endWithThisProcess(child: ChildProcess, folder: string): () => void {
  const onExit = () => {
    killGroup(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const onSignal = (signal: NodeJS.Signals) => {
    forget();
    onExit();
    process.kill(process.pid, signal);
  };
  const forget = () => {
    process.off('exit', onExit).off('SIGTERM', onSignal).off('SIGHUP', onSignal);
  };
  process.once('exit', onExit).once('SIGTERM', onSignal).once('SIGHUP', onSignal);
  return forget;
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL'); // It keeps nothing that a gentler end would save.
  } catch {
    // The group is gone.
  }
}

// The emulator takes port 0 but does not tell which port it got (measured with 0.8.20).
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function answers(origin: string): Promise<boolean> {
  try {
    return (await fetch(origin, { signal: AbortSignal.timeout(1000) })).ok;
  } catch {
    return false;
  }
}
