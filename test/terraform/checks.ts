import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageProblems } from './api-files.ts';
import { comparisonProblems, type Row } from './comparison/compare.ts';
import { compareScenarios } from './comparison/scenarios.ts';
import { readFolder } from './hcl.ts';
import { callProblems, importProblems, resourceProblems } from './resources.ts';
import type { Workspace } from './terraform.ts';

/*
 * Each check takes the folder of a tree, or terraform in it, and tells every problem in a line. A copy of the tree with a
 * mistake in it goes through the same checks (mistakes.ts).
 */

const examplesIn = (folder: string): string[] => {
  const examples = join(folder, 'terraform/examples');
  return readdirSync(examples).map((name) => join(examples, name));
};

/** Names, types and required arguments of all that the module and its examples declare. */
export async function checkResources(folder: string): Promise<string[]> {
  const module = await readFolder(join(folder, 'terraform'));
  const examples = await Promise.all(examplesIn(folder).map((example) => readFolder(example)));
  return [module, ...examples].flatMap((declared) => [
    ...resourceProblems(declared),
    ...callProblems(declared, module),
    ...importProblems(declared, module),
  ]);
}

/** The files that both ways send to Google's APIs, and the message that each is. */
const API_FILES = {
  'dashboard.json': 'google.monitoring.dashboard.v1.Dashboard',
  'alert.json': 'google.monitoring.v3.AlertPolicy',
  'dead-letter-alert.json': 'google.monitoring.v3.AlertPolicy',
  'results-metric.json': 'google.logging.v2.LogMetric',
} as const;

/** Every field of these files, its type and its enums' values. */
export async function checkApiFiles(folder: string): Promise<string[]> {
  return Object.entries(API_FILES).flatMap(([file, message]) => {
    const content: Record<string, unknown> = JSON.parse(readFileSync(join(folder, 'deploy', file), 'utf8'));
    // The metric's name is an argument of gcloud and of the resource.
    const named = message === 'google.logging.v2.LogMetric' ? { name: 'results', ...content } : content;
    return messageProblems(named, message).map((problem) => `${file} ${problem}`);
  });
}

const failed = ({ code, output }: { code: number | null; output: string }): string[] =>
  code === 0 ? [] : [output.trim()];

export const checkFormat = async ({ run }: Workspace): Promise<string[]> =>
  failed(await run('fmt', '-check', '-recursive', '-diff', '-no-color', '.'));

/** The module by itself; its examples are validated by the tests, which plan them. */
export const checkValidity = async ({ run }: Workspace): Promise<string[]> =>
  failed(await run('validate', '-no-color'));

/** terraform test; `only` names one file. */
export const checkTests = async ({ run }: Workspace, only?: string): Promise<string[]> =>
  failed(await run('test', '-no-color', ...(only === undefined ? [] : [`-filter=tests/${only}.tftest.hcl`])));

/** What module and scripts make; `show` gets the rows. */
export async function checkComparison(
  workspace: Workspace,
  show: (test: string, rows: readonly Row[]) => void = () => undefined,
): Promise<string[]> {
  const compared = await compareScenarios(workspace);
  for (const { test, rows } of compared) show(test, rows);
  return comparisonProblems(compared.flatMap(({ rows }) => rows));
}
