import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import manifest from '../../package.json' with { type: 'json' };

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Runs a script as Node.js of this version would, with an npm that fails and tells what it was asked. */
async function runAs(version: string, script: string) {
  const folder = mkdtempSync(join(tmpdir(), 'node-'));
  const [pretend, npm] = [join(folder, 'pretend.cjs'), join(folder, 'npm.cjs')];
  writeFileSync(pretend, `Object.defineProperty(process.versions, 'node', { value: '${version}' });`);
  writeFileSync(npm, 'console.log(JSON.stringify(process.argv.slice(2))); process.exit(7);');
  const { promise, resolve } = Promise.withResolvers<{ code: number | null; stdout: string; stderr: string }>();
  const options = { env: { ...process.env, npm_execpath: npm } };
  const child = execFile(process.execPath, ['--require', pretend, here(script)], options, (_error, stdout, stderr) =>
    resolve({ code: child.exitCode, stdout, stderr }),
  );
  const result = await promise;
  rmSync(folder, { recursive: true });
  return result;
}

describe('Node.js 24', () => {
  const NEED = '../../build/node/need.cjs';
  const BRING = '../../build/node/bring.cjs';

  it('is asked for in one sentence where the host’s is older', async () => {
    const { code, stdout, stderr } = await runAs('20.20.2', NEED);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^Node\.js 24 [^\n]* 20\.20\.2: [^\n]*npm run postinstall[^\n]*\n$/);
    assert.ok('postinstall' in manifest.scripts);
  });

  for (const version of ['24.0.0', '26.1.0']) {
    it(`is neither asked for nor brought where the host has ${version}`, async () => {
      for (const script of [NEED, BRING]) {
        assert.deepEqual(await runAs(version, script), { code: 0, stdout: '', stderr: '' });
      }
    });
  }

  it('is brought by its lock file alone, with no script of a package', async () => {
    const { code, stdout } = await runAs('22.22.0', BRING);
    assert.equal(code, 7, 'a failure of npm is a failure of the installation');
    const [command, ...options] = z.array(z.string()).parse(JSON.parse(stdout));
    assert.equal(command, 'ci');
    assert.ok(options.includes(`--prefix=${here('../../build/node')}`), stdout);
    assert.ok(options.includes('--ignore-scripts'), stdout);
  });

  it('is asked for by every script that runs TypeScript itself', () => {
    for (const [name, script] of Object.entries(manifest.scripts)) {
      if (!/\bnode \S+\.ts|mocha/.test(script)) continue;
      assert.match(script, /^(?:node build\/node\/need\.cjs|npm run build) &&/, name);
    }
  });
});
