import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkApiFiles, checkComparison, checkResources, checkTests, checkValidity } from './checks.ts';
import type { Workspace } from './terraform.ts';

/** A mistake that somebody may make: a text in a file of the tree that becomes another one. */
type Mistake = { readonly what: string; readonly file: string; readonly from: string; readonly to: string };

type ByEye = Mistake & { readonly by: (folder: string) => Promise<string[]> };
type ByTerraform = Mistake & { readonly by: (workspace: Workspace) => Promise<string[]> };

const misspelt = {
  what: 'a misspelt argument',
  file: 'terraform/service.tf',
  from: 'max_instance_count ',
  to: 'max_instances_count ',
};
const wrongType = {
  what: 'a wrong type',
  file: 'terraform/service.tf',
  from: '= local.timeout_seconds',
  to: '= "a minute"',
};
const missing = {
  what: 'a required argument left out',
  file: 'terraform/accounts.tf',
  from: 'account_id   = local.prefix\n',
  to: '\n',
};

/** What the checks that need no terraform must see. */
export const MISTAKES: readonly ByEye[] = [
  { ...misspelt, by: checkResources },
  { ...wrongType, by: checkResources },
  { ...missing, by: checkResources },
  {
    what: 'a misspelt block',
    file: 'terraform/pubsub.tf',
    from: 'dead_letter_policy {',
    to: 'dead_letters_policy {',
    by: checkResources,
  },
  {
    what: 'an example that misspells a variable',
    file: 'terraform/examples/nightly-sweep/main.tf',
    from: 'allowed_verbs ',
    to: 'allowed_verb ',
    by: checkResources,
  },
  {
    what: 'an import of what the module does not have',
    file: 'terraform/examples/from-scripts/main.tf',
    from: 'google_pubsub_topic.dead_letters[0]',
    to: 'google_pubsub_topic.dead_letter[0]',
    by: checkResources,
  },
  {
    what: 'a misspelt field of the dashboard',
    file: 'deploy/dashboard.json',
    from: '"plotType"',
    to: '"plotTyp"',
    by: checkApiFiles,
  },
  {
    what: 'a comparison that no alert knows',
    file: 'deploy/dead-letter-alert.json',
    from: 'COMPARISON_GT',
    to: 'COMPARISON_ABOVE',
    by: checkApiFiles,
  },
  {
    what: 'a misspelt field of the metric',
    file: 'deploy/results-metric.json',
    from: '"labelExtractors"',
    to: '"labelExtractor"',
    by: checkApiFiles,
  },
];

/** What terraform, or the comparison of what it makes, must see. */
export const MISTAKES_FOR_TERRAFORM: readonly ByTerraform[] = [
  { ...misspelt, by: checkValidity },
  { ...wrongType, by: checkValidity },
  { ...missing, by: checkValidity },
  {
    what: 'a public service without verify',
    file: 'terraform/variables.tf',
    from: '!var.public || var.caller_auth == "verify"',
    to: 'var.public || true',
    by: (workspace) => checkTests(workspace, 'refused'),
  },
  {
    what: 'a duration of any form',
    file: 'terraform/variables-settings.tf',
    from: 'var.default_wait == null ?',
    to: 'var.default_wait != "" ?',
    by: (workspace) => checkTests(workspace, 'refused'),
  },
  {
    what: 'a function without room for headers',
    file: 'terraform/service.tf',
    from: '{ NODE_OPTIONS = local.node_options }',
    to: '{}',
    by: (workspace) => checkTests(workspace, 'settings'),
  },
  {
    what: 'a secret that the state shows',
    file: 'terraform/webhooks.tf',
    from: 'secret_data_wo = ',
    to: 'secret_data = ',
    by: checkValidity,
  },
  {
    what: 'a missing grant',
    file: 'terraform/pubsub.tf',
    from: 'resource "google_pubsub_topic_iam_member" "dead_letters" {\n  count = var.pubsub == null ? 0 : 1',
    to: 'resource "google_pubsub_topic_iam_member" "dead_letters" {\n  count = 0',
    by: checkComparison,
  },
  {
    what: 'a grant too many',
    file: 'terraform/accounts.tf',
    from: 'role    = "roles/run.builder"',
    to: 'role    = "roles/run.admin"',
    by: checkComparison,
  },
  {
    what: 'a permission too many',
    file: 'terraform/accounts.tf',
    from: '"datastream.operations.cancel",',
    to: '"datastream.operations.cancel", "datastream.operations.delete",',
    by: checkComparison,
  },
  {
    what: 'another number of deliveries',
    file: 'terraform/names.tf',
    from: 'max_delivery_attempts    = 100',
    to: 'max_delivery_attempts    = 10',
    by: checkComparison,
  },
];

/** Makes each mistake in turn, and tells which of them nothing has seen. */
export async function unseen<T>(
  folder: string,
  mistakes: readonly (Mistake & { readonly by: (given: T) => Promise<string[]> })[],
  given: T,
  show: (what: string, first: string) => void,
): Promise<string[]> {
  const problems: string[] = [];
  for (const { what, file, from, to, by } of mistakes) {
    const path = join(folder, file);
    const text = await readFile(path, 'utf8');
    if (!text.includes(from)) {
      problems.push(`${file} has no "${from}" any more: mend the mistake "${what}"`);
      continue;
    }
    await writeFile(path, text.replace(from, to));
    const seen = await by(given);
    await writeFile(path, text);
    if (seen.length === 0) problems.push(`nothing sees ${what} in ${file}`);
    else show(what, seen[0] ?? '');
  }
  return problems;
}
