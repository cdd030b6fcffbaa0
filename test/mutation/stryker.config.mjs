import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/*
 * Mutation testing: which change to a line of src/ would no test notice? Only tests that run the source in their own process
 * can notice any, so those of the built bundle are left out, and those that take long. MUTATE narrows it to some files, such
 * as MUTATE=src/permission.ts,src/record/fill.ts.
 */
const IN_ANOTHER_PROCESS = /support\/process\.ts|google-emulator|support\/bundle/;
const SLOW = /garbage|slow-reader/;

const testFiles = globSync(['test/contract/**/*.test.ts', 'test/security/**/*.test.ts'])
  .filter((file) => !SLOW.test(file) && !IN_ANOTHER_PROCESS.test(readFileSync(file, 'utf8')))
  .toSorted();

const mocha = ['node_modules/mocha/bin/mocha.js', '--no-config', '--no-package', '--exit', '--reporter', 'tap'];

export default {
  testRunner: 'nearest-first',
  plugins: ['@stryker-mutator/tap-runner', fileURLToPath(new URL('runner.mjs', import.meta.url))],
  tap: {
    testFiles,
    nodeArgs: ['--require', '{{hookFile}}', ...mocha, '--timeout', '4000', '{{testFile}}'],
    forceBail: true,
  },
  coverageAnalysis: 'perTest',
  mutate: process.env.MUTATE?.split(',') ?? ['src/**/*.ts', '!src/index.ts'],
  ignorePatterns: ['dist', 'test/bench', 'reports', 'coverage'],
  concurrency: 2,
  // TypeScript 7 has no API for Stryker to read the settings with; none are needed to strip types.
  tsconfigFile: 'none',
  timeoutMS: 4000,
  timeoutFactor: 0.6,
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  reporters: ['clear-text', 'json', 'progress-append-only'],
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  thresholds: { high: 95, low: 90, break: 85 },
};
