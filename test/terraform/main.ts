import { root } from '../deploy/recorder.ts';
import { checkApiFiles, checkComparison, checkFormat, checkResources, checkTests, checkValidity } from './checks.ts';
import { tableOf } from './comparison/compare.ts';
import { dashboardTiles } from './dashboard.ts';
import { checkInputsTable } from './inputs-table.ts';
import { MISTAKES, MISTAKES_FOR_TERRAFORM, unseen } from './mistakes.ts';
import { checkSettings } from './settings.ts';
import { checkSource } from './source.ts';
import { copyModule, createWorkspace, terraformVersion } from './terraform.ts';

/*
 * All that is known about terraform/ on a machine that no registry of providers can be reached from. What needs terraform
 * is skipped, and said to be, where that is not installed. Exit code 1 where anything is wrong.
 */

let wrong = 0;

async function check(what: string, problems: Promise<string[]>): Promise<void> {
  const started = performance.now();
  const found = await problems;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${found.length === 0 ? 'ok     ' : 'WRONG  '} ${what} (${seconds} s)`);
  for (const problem of found) console.log(problem.replace(/^/gm, '         '));
  wrong += found.length;
}

/** What a check has said about a mistake, its first line that says something. */
function showSeen(what: string, said: string): void {
  const line = said.split('\n').find((one) => /Error|fail|there is|is no|missing|has no|say/.test(one)) ?? said;
  console.log(
    `         seen: ${what} (${line
      .replace(/^[│╷ ]*/, '')
      .trim()
      .slice(0, 110)})`,
  );
}

async function withoutTerraform(): Promise<void> {
  await check('resources and arguments, against the schemas of the providers', checkResources(root));
  await check('dashboard, alerts and metric, against the messages of the APIs', checkApiFiles(root));
  await check('settings that the module takes and refuses, against the function', checkSettings(root));
  await check('the table of inputs in docs/terraform.md', checkInputsTable(root));
  await check('the tree that the module uploads builds as Google builds it', checkSource(root));
  await using copy = await copyModule();
  await check('mistakes are seen', unseen(copy.folder, MISTAKES, copy.folder, showSeen));
}

async function withTerraform(): Promise<void> {
  await using workspace = await createWorkspace();
  await check('terraform fmt', checkFormat(workspace));
  await check('terraform validate', checkValidity(workspace));
  await check('terraform test', checkTests(workspace));
  const show: Parameters<typeof checkComparison>[1] = (test, rows) => console.log(`\n${test}:\n${tableOf(rows)}\n`);
  await check('module and scripts make the same', checkComparison(workspace, show));
  await check('mistakes are seen', unseen(workspace.folder, MISTAKES_FOR_TERRAFORM, workspace, showSeen));
}

console.log(dashboardTiles(root));
await withoutTerraform();
const version = await terraformVersion();
if (version === undefined) {
  console.log('skipped: terraform is not on PATH, so its fmt, validate and test, the comparison with deploy/, and the');
  console.log('         mistakes that only these see, were not run');
} else {
  console.log(`terraform ${version}`);
  await withTerraform();
}
console.log(wrong === 0 ? 'All of it is right.' : `${wrong} problems.`);
process.exitCode = wrong === 0 ? 0 : 1;
