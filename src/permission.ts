import type { Identity } from './google/identity.ts';
import type { Settings } from './settings.ts';
import type { Deadline } from './terms/clock.ts';
import { denied, Refusal } from './terms/refusal.ts';
import { type Parent, parentOf } from './terms/resource-name.ts';
import { statusOf } from './terms/status.ts';

/**
 * Checks that operations of this parent may be cancelled.
 *
 * @param name of an operation or a parent
 * @returns the rule that allows it: an entry of `ALLOWED_PARENTS`, or the function's own project
 * @throws {Refusal} DENIED; ERROR where the own project decides and the metadata server failed to tell it
 */
export async function checkParent(
  name: string,
  settings: Settings,
  identity: Identity,
  deadline: Deadline,
): Promise<string> {
  const parent = parentOf(name);
  const { ALLOWED_PARENTS: allowed } = settings;
  const { rules, final } = allowed ? { rules: allowed, final: true } : await ownProject(parent, identity, deadline);
  const rule = parent && rules.find((each) => covers(each, parent));
  if (rule !== undefined) return rule.rule;
  // A DENIED is for good: Pub/Sub would not deliver the message again.
  if (!final) throw new Refusal('ERROR', PROJECT_UNKNOWN);
  const advice =
    rules.length === 0
      ? 'ALLOWED_PARENTS is not set and the own project is not known'
      : 'its operator lists parents in ALLOWED_PARENTS';
  throw denied('ALLOWED_PARENTS', `This function may not cancel operations of that project and location: ${advice}.`);
}

/** Checks that operations of this verb may be cancelled; an unknown verb is none of those listed. @throws {Refusal} DENIED */
export function checkVerb(verb: string | null, settings: Settings): void {
  const { ALLOWED_VERBS: allowed } = settings;
  if (allowed === undefined || (verb !== null && allowed.includes(verb))) return;
  throw denied(
    'ALLOWED_VERBS',
    'This function may not cancel operations of this verb; its operator lists verbs in ALLOWED_VERBS.',
  );
}

const PROJECT_UNKNOWN = statusOf(
  'UNAVAILABLE',
  'The metadata server did not tell the own project of this function; send the request again.',
);

type Rule = Parent & { rule: string };

/** The default: every location of the project that the function runs in, by its number where the parent has a number. */
async function ownProject(
  parent: Parent | undefined,
  { projectId, projectNumber }: Identity,
  deadline: Deadline,
): Promise<{ rules: Rule[]; final: boolean }> {
  const byNumber = /^\d/.test(parent?.project ?? '');
  const { value: project, final } = await (byNumber ? projectNumber : projectId)(deadline);
  const rules = project === null ? [] : [{ project, location: '*', rule: `projects/${project}/locations/*` }];
  return { rules, final };
}

function covers(rule: Parent, parent: Parent): boolean {
  const part = (allowed: string, actual: string) => allowed === '*' || allowed === actual;
  return part(rule.project, parent.project) && part(rule.location, parent.location);
}
