import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { access, constants, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../support/process.ts';

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
  // It takes port 0 but does not tell which port it got (measured with 0.8.20).
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

async function answers(origin: string): Promise<boolean> {
  try {
    return (await fetch(origin, { signal: AbortSignal.timeout(1000) })).ok;
  } catch {
    return false;
  }
}

/** Where the emulator's start script is, or what is missing on this machine. */
export type Found = { readonly command: string } | { readonly missing: string };

const run = promisify(execFile);

/** Looks for the Cloud SDK's `pubsub-emulator` component and a Java to run it; asks `gcloud` once. Never throws. */
export async function findGoogleEmulator(): Promise<Found> {
  if (process.platform === 'win32') return { missing: 'this harness starts it on Linux and macOS only' };
  const sdkRoot = await output('gcloud', ['info', '--format=value(installation.sdk_root)']);
  if (sdkRoot === undefined || sdkRoot === '') return { missing: 'gcloud is not installed' };
  const command = join(sdkRoot, 'platform', 'pubsub-emulator', 'bin', 'cloud-pubsub-emulator');
  if (!(await executable(command))) return { missing: 'the gcloud component pubsub-emulator is not installed' };
  const javaHome = process.env['JAVA_HOME'];
  const java = javaHome ? join(javaHome, 'bin', 'java') : 'java';
  if ((await output(java, ['-version'])) === undefined) return { missing: 'Java is not installed' };
  return { command };
}

// Undefined where the program is missing, fails or takes longer than a cold gcloud does.
async function output(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const env = { ...process.env, CLOUDSDK_CORE_DISABLE_PROMPTS: '1' };
    return (await run(program, args, { timeout: 20_000, env })).stdout.trim();
  } catch {
    return undefined;
  }
}

async function executable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
