import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { spawnFunction } from '../support/process.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const ROOT = here('../..');
const PROBE = here('start-probe.cjs');

const answerSchema = z.object({ outcome: z.string() });
const loadedSchema = z.object({ rejected: z.record(z.string(), z.boolean()), files: z.array(z.string()) });

const NOT_REJECTED = { framework: false, function: false, 'google-auth-library': false };
const REJECTED = { framework: true, function: true, 'google-auth-library': true };

describe('the start of what is deployed', () => {
  let emulator: Emulator;
  let copy = '';

  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.close());

  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'start-'));
    for (const name of ['dist', 'package.json']) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  });
  afterEach(() => rmSync(copy, { recursive: true }));

  /** Starts the copy with these files loaded first, has it refuse and cancel, and brings what it loaded. */
  async function loadedBy(...first: readonly string[]) {
    const NODE_OPTIONS = [...first, PROBE].map((file) => `--require=${file}`).join(' ');
    await using running = await spawnFunction({ ...emulator.environment, FUNCTION_SOURCE: copy, NODE_OPTIONS });
    const outcomes = [];
    for (const body of ['nonsense', JSON.stringify({ name: emulator.startOperation(), wait: '5s' })]) {
      const response = await fetch(running.url, { method: 'POST', body });
      outcomes.push(answerSchema.parse(await response.json()).outcome);
    }
    assert.deepEqual(outcomes, ['INVALID', 'CANCELLED']);
    await running.stop('SIGTERM');
    const { rejected, files } = loadedSchema.parse(JSON.parse(running.stderr()));
    return { rejected, installed: files.filter((file) => file.includes('node_modules')) };
  }

  it('compiles nothing, and reads none of the files that npm installed', async () => {
    const { rejected, installed } = await loadedBy(join(copy, 'dist/preload.cjs'));
    assert.deepEqual(rejected, NOT_REJECTED);
    assert.deepEqual(installed, []);
  });

  it('takes the framework from its files where nothing is loaded before it', async () => {
    const { rejected, installed } = await loadedBy();
    const { framework: _, ...others } = NOT_REJECTED;
    assert.deepEqual(rejected, others);
    assert.ok(installed.length > 50, `${installed.length}`);
  });

  for (const [what, spoil] of [
    ['is damaged', () => 'x'.repeat(1000)],
    ['is empty', () => ''],
  ] as const) {
    it(`compiles anew where what was compiled ${what}`, async () => {
      for (const name of Object.keys(REJECTED)) writeFileSync(join(copy, `dist/${name}.cache`), spoil());
      assert.deepEqual((await loadedBy(join(copy, 'dist/preload.cjs'))).rejected, REJECTED);
    });
  }

  it('compiles anew where what was compiled is that of another bundle', async () => {
    for (const name of Object.keys(REJECTED)) {
      const other = name === 'function' ? 'framework' : 'function';
      cpSync(join(ROOT, `dist/${other}.cache`), join(copy, `dist/${name}.cache`));
    }
    assert.deepEqual((await loadedBy(join(copy, 'dist/preload.cjs'))).rejected, REJECTED);
  });
});
