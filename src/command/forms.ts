import { type Violation, violation } from '../terms/refusal.ts';
import type { Fields } from './content.ts';
import { FORMS } from './fields.ts';
import { formOf } from './hints.ts';
import { meantBy } from './unknown.ts';

/** What the fields say together, judged beside what each says alone so that all problems are told at once. */
export function problemsTogether(fields: Fields, known: readonly string[], reasonRequired: boolean): Violation[] {
  const given = new Set(Object.keys(fields).map((key) => (known.includes(key) ? key : meantBy(key, known))));
  const without = reasonRequired && !given.has('reason') ? [violation('REASON_MISSING', 'reason')] : [];
  return [...formProblems(given), ...nameListProblems(fields['names']), ...without];
}

/** Which form of a command the fields make. One that is misspelt counts: it is told elsewhere, and is not missing. */
function formProblems(given: ReadonlySet<string | undefined>): Violation[] {
  const forms = Object.values(FORMS).filter(({ required }) => required.some((key) => given.has(key)));
  const [form, ...others] = forms;
  if (form === undefined) {
    return given.has('maxOperations')
      ? [missing('parent', 'PARENT_MISSING'), missing('select', 'SELECT_MISSING')]
      : [missing('name', 'NAME_MISSING')];
  }
  if (others.length > 0) return [violation('NAME_NOT_ALONE', form.required[0])];
  if (form !== FORMS.selected)
    return given.has('maxOperations') ? [violation('MAX_OPERATIONS_WITHOUT_PARENT', 'maxOperations')] : [];
  if (!given.has('parent')) return [missing('parent', 'PARENT_MISSING')];
  return given.has('select') ? [] : [missing('select', 'SELECT_MISSING')];
}

function missing(field: string, reason: 'NAME_MISSING' | 'PARENT_MISSING' | 'SELECT_MISSING'): Violation {
  return violation(reason, field, { form: formOf(field) });
}

/** A list of names has each once, and all are of one project. */
function nameListProblems(names: unknown): Violation[] {
  if (!Array.isArray(names)) return [];
  const texts = names.filter((name) => typeof name === 'string');
  const repeated = names.flatMap((name, index) =>
    typeof name === 'string' && names.indexOf(name) < index ? [violation('NAME_REPEATED', `names[${index}]`)] : [],
  );
  const projects = new Set(texts.flatMap((name) => /^projects\/([^/]+)\/locations\//.exec(name)?.[1] ?? []));
  return projects.size > 1 ? [violation('NAMES_OF_SEVERAL_PROJECTS', 'names'), ...repeated] : repeated;
}

/** Whether an object is meant for somebody else: it has no field of a command, and fewer that are like one than are not. */
export function isForeign(fields: Fields, known: readonly string[]): boolean {
  const keys = Object.keys(fields);
  if (keys.length === 0 || keys.some((key) => known.includes(key))) return false;
  return keys.filter((key) => meantBy(key, known) !== undefined).length * 2 < keys.length;
}
