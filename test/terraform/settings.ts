import { join } from 'node:path';
import { readSettings } from '../../src/settings.ts';
import { bodyOf, type Hcl, readFolder } from './hcl.ts';

/** What the module refuses that the function would take, and why. */
const STRICTER: ReadonlyMap<string, string> = new Map([
  ['REQUEST_DEADLINE 60s', 'the service has 60 s for a request'],
  ['ALLOWED_VERBS create,update', 'two entries in one string of a list'],
]);

/**
 * The function's own reading of every setting in the module's tests: it refuses what tests/refused.tftest.hcl expects to be
 * refused, and takes what tests/settings.tftest.hcl sets. So the module mirrors the function, and goes on doing so.
 */
export async function checkSettings(folder: string): Promise<string[]> {
  const runs = await readFolder(join(folder, 'terraform/tests'), '.hcl');
  const problems: string[] = [];
  let judged = 0;
  for (const { name, body } of runs.filter(({ kind }) => kind === 'run')) {
    const [variables] = Array.isArray(body['variables']) ? body['variables'] : [];
    const expected = Array.isArray(body['expect_failures']) ? body['expect_failures'] : [];
    for (const [variable, value] of Object.entries(bodyOf(variables))) {
      const setting = variable.toUpperCase();
      const text = textOf(value);
      if (!SETTINGS.has(setting) || text === undefined) continue;
      judged += 1;
      const refused = functionRefuses(setting, text);
      const expectedToFail = expected.includes(`\${var.${variable}}`);
      if (refused !== expectedToFail && !STRICTER.has(`${setting} ${text}`)) {
        const [one, other] = refused ? ['refuses', 'takes'] : ['takes', 'refuses'];
        problems.push(`${name}: the function ${one} ${setting}=${text}, the module ${other} it`);
      }
    }
  }
  return judged > 30 ? problems : [...problems, `only ${judged} settings stand in the tests`];
}

const SETTINGS = new Set([
  'ALLOWED_PARENTS',
  'ALLOWED_VERBS',
  'ALLOWED_CALLERS',
  'REQUIRE_REASON',
  'OIDC_AUDIENCE',
  'DATASTREAM_ENDPOINT',
  'DEFAULT_WAIT',
  'REQUEST_DEADLINE',
  'MAX_EVENT_AGE',
  'MAX_OPERATIONS',
]);

/** A value as the module puts it into the environment; undefined where it is computed. */
function textOf(value: Hcl): string | undefined {
  const text = Array.isArray(value) ? value.join(',') : String(value);
  return text.includes('${') ? undefined : text;
}

function functionRefuses(setting: string, text: string): boolean {
  const read = readSettings({ [setting]: text });
  return !read.ok && read.problems.some((problem) => problem.startsWith(setting));
}
