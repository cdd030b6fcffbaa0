import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './recorder.ts';
import { listUpload, strays } from './upload.ts';

/** Tracked, and no use to a build. */
const leftBehind = /^(?:\.ci\/|\.github\/|\.gitattributes$|.*\.(?:svg|png|gif)$)/;

describe('.gcloudignore', () => {
  it('keeps a key, a dump or a state in the checkout where it is, in whatever folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'checkout-'));
    try {
      await cp(join(root, '.gcloudignore'), join(folder, '.gcloudignore'));
      const ours = [
        'src/index.ts',
        'deploy/settings.prod.yaml',
        'deploy/sweep.nightly.json',
        'terraform/examples/a/main.tf',
      ];
      for (const file of [...strays, ...ours]) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        await writeFile(join(folder, file), '');
      }
      assert.deepEqual(await listUpload(folder), ['.gcloudignore', ...ours].sort());
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('leaves no tracked file behind but those that no build needs', async function () {
    const tracked = await promisify(execFile)('git', ['ls-files'], { cwd: root }).catch(() => this.skip());
    const files = new Set(await listUpload(root));
    const missing = tracked.stdout.split('\n').filter((file) => file !== '' && !files.has(file));
    assert.deepEqual(
      missing.filter((file) => !leftBehind.test(file)),
      [],
    );
  });
});
