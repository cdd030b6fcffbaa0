import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hasGcloud } from './lint.ts';
import { root } from './recorder.ts';
import { listUpload } from './upload.ts';

const run = promisify(execFile);

/** Tracked, and no use to a build. */
const leftBehind =
  /^(?:\.ci\/|\.github\/|\.gitattributes$|CHANGELOG\.md$|CONTRIBUTING\.md$|LICENSE$|.*\.(?:svg|png|gif)$)/;

describe('.gcloudignore', () => {
  it('lets through what a build needs', async () => {
    const files = new Set(await listUpload());
    for (const needed of [
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'cloudbuild.yaml',
      'deploy/deploy.sh',
      'deploy/settings.yaml',
      'test/deploy/upload.test.ts',
    ]) {
      assert.ok(files.has(needed), needed);
    }
    assert.ok([...files].some((file) => file.startsWith('src/')));
  });

  it('lets nothing else through', async () => {
    const files = await listUpload();
    assert.deepEqual(
      files.filter((file) => /(?:^|\/)(?:node_modules|dist|coverage|\.git)\//.test(file)),
      [],
    );
  });

  it('keeps a key or a dump in the checkout where it is', async () => {
    const stray = [`stray-${process.pid}.json`, `deploy/stray-${process.pid}.pem`, `src/.env.${process.pid}`];
    await Promise.all(stray.map((file) => writeFile(join(root, file), '')));
    try {
      const files = await listUpload();
      assert.deepEqual(
        stray.filter((file) => files.includes(file)),
        [],
      );
    } finally {
      await Promise.all(stray.map((file) => rm(join(root, file))));
    }
  });

  it('leaves no tracked file behind but those that no build needs', async function () {
    const tracked = await run('git', ['ls-files'], { cwd: root }).catch(() => this.skip());
    const files = new Set(await listUpload());
    const missing = tracked.stdout.split('\n').filter((file) => file !== '' && !files.has(file));
    assert.deepEqual(
      missing.filter((file) => !leftBehind.test(file)),
      [],
    );
  });

  it('says the same to gcloud (skipped where gcloud is missing)', async function () {
    if (!(await hasGcloud())) {
      this.skip();
    }
    const { stdout } = await run('gcloud', ['meta', 'list-files-for-upload', root], { maxBuffer: 16 * 1024 * 1024 });
    assert.deepEqual(stdout.trim().split('\n').sort(), await listUpload());
  });
});
