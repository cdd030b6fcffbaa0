import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

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
