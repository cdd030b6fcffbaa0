import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { makeBundles } from '../../build/bundles.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifestSchema = z.object({ name: z.string(), version: z.string() });

describe('dist/LICENSES.txt', () => {
  it('has name, version and licence of every package that is bundled', async () => {
    const text = readFileSync(`${root}/dist/LICENSES.txt`, 'utf8');
    const built = await makeBundles();
    const files = built.flatMap(({ metafile }) => Object.keys(metafile.inputs));
    const manifests = new Set(files.map((file) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]));
    manifests.delete(undefined);
    assert.ok(manifests.size > 17, `${manifests.size}`);
    for (const folder of manifests) {
      const { name, version } = manifestSchema.parse(JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')));
      assert.ok(text.includes(`${name} ${version} (`), `${name} ${version}`);
      for (const file of globSync('{LICENSE,LICENCE,License,license}*', { cwd: folder })) {
        assert.ok(text.includes(readFileSync(`${folder}/${file}`, 'utf8').trim()), `${name}: ${file}`);
      }
    }
  });
});
