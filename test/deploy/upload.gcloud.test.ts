import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { skipWithoutGcloud } from './lint.ts';
import { root } from './recorder.ts';
import { listUpload, strays } from './upload.ts';

/** What gcloud itself would send of a folder, sorted. */
async function listByGcloud(folder: string): Promise<string[]> {
  const list = ['meta', 'list-files-for-upload', folder];
  const { stdout } = await promisify(execFile)('gcloud', list, { maxBuffer: 16 * 1024 * 1024 });
  return stdout.split('\n').filter(Boolean).sort();
}

describe('.gcloudignore, read by gcloud', function () {
  this.timeout(60_000);
  before(skipWithoutGcloud);

  it('lets through what it lets through to these tests', async () => {
    assert.deepEqual(await listByGcloud(root), await listUpload(root));
  });

  it('keeps strays in the checkout', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'checkout-'));
    try {
      await cp(join(root, '.gcloudignore'), join(folder, '.gcloudignore'));
      for (const file of strays) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        await writeFile(join(folder, file), '');
      }
      assert.deepEqual(await listByGcloud(folder), ['.gcloudignore']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
