import type { Identity } from './google/identity.ts';
import type { Settings } from './settings.ts';
import type { Deadline } from './terms/clock.ts';
import { refusal } from './terms/refusal.ts';
import { type Parent, parentOf } from './terms/resource-name.ts';

/**
 * Checks that operations of this parent may be cancelled.
 *
 * @param name of an operation or a parent; the location `-` means all of the project, and takes a rule that allows all
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
  const rules = settings.ALLOWED_PARENTS ?? (await ownProject(parent, identity, deadline));
  const rule = parent && rules.find((each) => covers(each, parent));
  if (rule !== undefined) return rule.rule;
  throw refusal(rules.length === 0 ? 'OWN_PROJECT_UNKNOWN' : 'PARENT_NOT_ALLOWED', { rule: 'ALLOWED_PARENTS' });
}

/** Whether operations of this verb may be cancelled; an unknown verb is none of those listed. */
export function isVerbAllowed(verb: string | null, { ALLOWED_VERBS: allowed }: Settings): boolean {
  return allowed === undefined || (verb !== null && allowed.includes(verb));
}

/** Checks that operations of this verb may be cancelled. @throws {Refusal} DENIED */
export function checkVerb(verb: string | null, settings: Settings): void {
  if (!isVerbAllowed(verb, settings)) throw refusal('VERB_NOT_ALLOWED', { rule: 'ALLOWED_VERBS' });
}

type Rule = Parent & { rule: string };

/** The default: every location of the project that the function runs in, by its number where the parent has a number. */
async function ownProject(
  parent: Parent | undefined,
  { projectId, projectNumber }: Identity,
  deadline: Deadline,
): Promise<Rule[]> {
  const byNumber = /^\d/.test(parent?.project ?? '');
  const { value: project, final } = await (byNumber ? projectNumber : projectId)(deadline);
  // A DENIED is for good: Pub/Sub would not deliver the message again.
  if (project === null && !final) throw refusal('OWN_PROJECT_UNAVAILABLE');
  return project === null ? [] : [{ project, location: '*', rule: `projects/${project}/locations/*` }];
}

function covers(rule: Parent, parent: Parent): boolean {
  const part = (allowed: string, actual: string) => allowed === '*' || allowed === actual;
  return part(rule.project, parent.project) && part(rule.location, parent.location);
}
