import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FunctionProcess, type Stdout, spawnFunction } from '../support/process.ts';

/**
 * Starts the built function in a process of its own, which ends with this one at the latest. It has an empty home: where a
 * developer is signed in to Google Cloud, google-auth-library would otherwise find and use those credentials.
 */
export async function startBuiltFunction(
  env: Readonly<Record<string, string | undefined>>,
  stdout?: Stdout,
): Promise<FunctionProcess> {
  const home = mkdtempSync(join(tmpdir(), 'datastream-operation-cancel-'));
  const removeHome = () => rmSync(home, { recursive: true, force: true });
  const homes = { HOME: home, APPDATA: home, CLOUDSDK_CONFIG: home, GOOGLE_APPLICATION_CREDENTIALS: undefined };
  try {
    const started = await spawnFunction({ ...env, ...homes }, stdout);
    const atExit = () => {
      started.child.kill('SIGKILL');
      removeHome();
    };
    process.once('exit', atExit);
    const stop: FunctionProcess['stop'] = async (signal) => {
      const exit = await started.stop(signal);
      process.off('exit', atExit);
      removeHome();
      return exit;
    };
    return { ...started, stop, [Symbol.asyncDispose]: async () => void (await stop()) };
  } catch (error) {
    removeHome();
    throw error;
  }
}
