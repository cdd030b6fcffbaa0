import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CHECK = fileURLToPath(new URL('../../build/check.ts', import.meta.url));

/** Runs `npm test` of a project that has these scripts, each `exit 0` where nothing is given. */
function check(scripts: Readonly<Record<string, string>>) {
  const cwd = mkdtempSync(join(tmpdir(), 'check-'));
  const all = { build: 'exit 0', types: 'exit 0', lint: 'exit 0', tests: 'exit 0', ...scripts };
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ scripts: all }));
  const { status, stdout, stderr } = spawnSync(process.execPath, [CHECK], { cwd, encoding: 'utf8' });
  rmSync(cwd, { recursive: true });
  return { status, stdout, stderr };
}

describe('npm test', () => {
  it('runs all, shows what the tests say, and is content where nothing failed', () => {
    const { status, stdout } = check({ build: 'echo many words', tests: 'echo tests ran' });
    assert.equal(status, 0);
    assert.match(stdout, /^tests ran\n\nbuild {2}ok .*\ntypes {2}ok .*\nlint {3}ok .*\ntests {2}ok .*\n$/);
  });

  for (const script of ['build', 'types', 'lint'] as const) {
    it(`runs the tests where ${script} fails, says why, and fails`, () => {
      const { status, stdout, stderr } = check({ [script]: 'echo the reason; exit 3', tests: 'echo tests ran' });
      assert.equal(status, 1);
      assert.match(stdout, /^tests ran\n/);
      assert.match(stdout, new RegExp(`^${script} +FAILED`, 'm'));
      assert.match(stderr, /the reason/);
    });
  }

  it('fails where the tests fail', () => {
    const { status, stdout } = check({ tests: 'exit 1' });
    assert.equal(status, 1);
    assert.match(stdout, /^tests +FAILED/m);
  });
});
