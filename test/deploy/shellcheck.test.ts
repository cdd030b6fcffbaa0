import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './recorder.ts';

const run = promisify(execFile);

describe('the shell scripts (skipped where shellcheck is missing)', () => {
  before(async function () {
    await run('shellcheck', ['--version']).catch(() => this.skip());
  });

  for (const folder of ['deploy', 'test/deploy/fakes']) {
    it(`in ${folder} pass shellcheck`, async () => {
      const scripts = (await readdir(join(root, folder))).filter((file) => file.endsWith('.sh'));
      // A finding makes it exit with 1, and the error has what it printed.
      await run('shellcheck', ['--external-sources', ...scripts.map((file) => join(folder, file))], { cwd: root });
    });
  }
});
