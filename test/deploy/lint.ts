import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';

/** What gcloud makes of a command. */
export type Verdict = { readonly command: string; readonly error: string | null; readonly kind: string | null };

const verdicts = z.array(
  z.object({ command_string: z.string(), error_message: z.string().nullable(), error_type: z.string().nullable() }),
);

/** For `before`: skips what needs gcloud where it is not installed, and says so. */
export async function skipWithoutGcloud(this: Mocha.Context): Promise<void> {
  await promisify(execFile)('gcloud', ['--version']).catch(() => {
    console.log('    gcloud is not installed: skipped');
    this.skip();
  });
}

/** Has the real gcloud parse commands, all in one start of it (which takes a second), without running any. */
export async function lintCommands(commands: readonly string[]): Promise<Verdict[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lint-'));
  const file = join(folder, 'commands.json');
  await writeFile(file, JSON.stringify(commands.map((command) => ({ command_string: command }))));
  try {
    const lint = ['meta', 'lint-gcloud-commands', `--commands-file=${file}`];
    // With a configuration of its own: nothing depends on who is signed in, and nothing is left behind.
    const env = { ...process.env, CLOUDSDK_CONFIG: folder };
    const { stdout } = await promisify(execFile)('gcloud', lint, { env, maxBuffer: 64 * 1024 * 1024 });
    return verdicts.parse(JSON.parse(stdout)).map((verdict) => ({
      command: verdict.command_string,
      error: verdict.error_message,
      kind: verdict.error_type,
    }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A call as a line that a shell would read as this call again. Of a flag, only the value is quoted: gcloud wants it so. */
export const quoted = (command: readonly string[]): string => command.map(quotedWord).join(' ');

function quotedWord(word: string): string {
  const { flag = '', value = '' } = /^(?<flag>--[\w-]+=)?(?<value>.*)$/s.exec(word)?.groups ?? {};
  return /^[\w@%+=:,./-]*$/.test(value) ? word : `${flag}'${value.replaceAll("'", "'\\''")}'`;
}
