import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCRIPT = fileURLToPath(new URL('../../build/bundle.ts', import.meta.url));

/** Builds dist/index.cjs. Brings what is wrong with the source where it does not build: then the old bundle stays. */
export async function bundle(signal: AbortSignal): Promise<{ readonly problem: string | undefined }> {
  const child = spawn(process.execPath, [SCRIPT], { cwd: ROOT, stdio: ['ignore', 'inherit', 'pipe'], signal });
  const exit = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
    // Aborted, or not even started.
    child.once('error', () => resolve(null));
  });
  const [errors, code] = await Promise.all([text(child.stderr), exit]);
  return { problem: code === 0 ? undefined : withoutStack(errors) };
}

/** The bundler's own words, without what Node.js says of an error that nobody caught: that begins with a place in a file. */
function withoutStack(errors: string): string {
  const [said = ''] = errors.split(/^\S+:\d+$/m);
  return said.trim();
}
