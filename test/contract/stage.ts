import assert from 'node:assert/strict';
import * as z from 'zod';
import type { Outside } from '../../src/assemble.ts';
import type { ConcludedRecord } from '../../src/record/conclude.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import type { EmulatorOptions } from '../emulator/options.ts';
import { type FunctionUnderTest, startFunction } from '../support/function.ts';
import { concludedRecord } from '../support/record.ts';
import { type Answer, ask, type Question } from './ask.ts';

/** An answer whose body is the record, and the same record as the log has it. */
export type Recorded = Answer & { record: ConcludedRecord };

/** A function and what it works against, with the questions that a test asks of them. */
export type Stage = AsyncDisposable & {
  emulator: Emulator;
  url: string;
  /** Every line that the function wrote to stdout. */
  lines: string[];
  /** Posts, and holds answer and log against what the contract promises of every POST. */
  post: (question?: Question) => Promise<Recorded>;
  /** The records of the RESULT entries so far. */
  results: () => ConcludedRecord[];
};

const entrySchema = z.object({ phase: z.enum(['INTENT', 'RESULT']), audit: z.unknown() });

/** The settings of most tests: any parent, and one look for the outcome. */
const USUAL = { ALLOWED_PARENTS: 'projects/*/locations/*', DEFAULT_WAIT: '0s' };

/** Starts an emulator and a function against it. `env` adds to the usual settings or replaces them. */
export async function startStage(
  env: Readonly<Record<string, string>> = {},
  outside: Outside = {},
  options: EmulatorOptions = {},
): Promise<Stage> {
  const emulator = await startEmulator(options);
  const started = await startFunction({ ...USUAL, ...emulator.environment, ...env }, outside);
  return stageOf(emulator, started);
}

/** Another function, with other settings, against the emulator of a stage. It ends with the stage's emulator still up. */
export async function startBeside(
  { emulator }: Stage,
  env: Readonly<Record<string, string>>,
  outside: Outside = {},
): Promise<Stage> {
  const started = await startFunction({ ...USUAL, ...emulator.environment, ...env }, outside);
  return { ...stageOf(emulator, started), [Symbol.asyncDispose]: () => started[Symbol.asyncDispose]() };
}

function stageOf(emulator: Emulator, started: FunctionUnderTest): Stage {
  const { url, lines } = started;
  const results = () => resultsOf(lines);
  return {
    emulator,
    url,
    lines,
    post: async (question = {}) => recorded(await ask(url, question), lines),
    results,
    async [Symbol.asyncDispose]() {
      await started[Symbol.asyncDispose]();
      await emulator.close();
    },
  };
}

/** Reads the record of an answer, and checks what holds for every POST: its headers, and one RESULT that says the same. */
export function recorded(answer: Answer, lines: readonly string[]): Recorded {
  assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8', answer.text);
  assert.equal(answer.headers['cache-control'], 'no-store');
  const record = concludedRecord(JSON.parse(answer.text));
  const entries = resultsOf(lines.filter((line) => line.includes(record.auditId)));
  assert.deepEqual(entries, [{ ...record, results: null }]);
  return { ...answer, record };
}

/** The records of the RESULT entries among lines of stdout. */
export function resultsOf(lines: readonly string[]): ConcludedRecord[] {
  const entries = lines.map((line) => entrySchema.parse(JSON.parse(line)));
  return entries.filter(({ phase }) => phase === 'RESULT').map(({ audit }) => concludedRecord(audit));
}
