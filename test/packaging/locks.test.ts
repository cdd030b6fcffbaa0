import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = <T>(file: string, schema: z.ZodType<T>): T =>
  schema.parse(JSON.parse(readFileSync(`${root}/${file}`, 'utf8')));

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      integrity: z.string().optional(),
      resolved: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
    }),
  ),
});
const manifestSchema = z.object({ allowScripts: z.record(z.string(), z.boolean()).optional() });

const LOCKS = globSync('**/package-lock.json', { cwd: root, exclude: (path) => path.endsWith('node_modules') });

describe('what npm installs', () => {
  it('has a lock file wherever something is installed', () => {
    const manifests = globSync('**/package.json', { cwd: root, exclude: (path) => path.endsWith('node_modules') });
    assert.deepEqual(LOCKS.toSorted(), manifests.map((file) => file.replace(/\.json$/, '-lock.json')).toSorted());
    assert.ok(LOCKS.includes('build/node/package-lock.json'));
  });

  for (const lock of LOCKS) {
    const packages = Object.entries(read(lock, lockSchema).packages).filter(([path]) => path !== '');

    it(`is named in ${lock} with its hash, wherever it is fetched from`, () => {
      assert.ok(packages.length > 0);
      for (const [path, { integrity, resolved }] of packages) {
        assert.match(integrity ?? '', /^sha512-/, path);
        assert.equal(resolved, undefined, path);
      }
    });
  }

  it('runs no script of its own, which could fetch more', () => {
    const { allowScripts = {} } = read('package.json', manifestSchema);
    const packages = Object.entries(read('package-lock.json', lockSchema).packages).filter(([path]) => path !== '');
    const scripted = packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
    for (const path of scripted) assert.equal(allowScripts[path.replace(/^.*node_modules\//, '')], false, path);
  });
});
