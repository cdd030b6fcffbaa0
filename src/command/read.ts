import type * as z from 'zod/mini';
import type { Settings } from '../settings.ts';
import type { FieldViolation } from '../terms/status.ts';
import { bounded } from '../terms/text.ts';
import * as field from './fields.ts';

/** What every command says. `wait` is in milliseconds. */
type Common = { reason: string | null; requestId: string | null; validateOnly: boolean; wait: number };

/** Cancel the one operation that is named. */
export type CancelOne = Common & { kind: 'one'; name: string };

/** Cancel those operations of a parent that a selection finds. */
export type CancelMany = Common & { kind: 'many'; parent: string; select: Selection; maxOperations: number };

export type Command = CancelOne | CancelMany;

/** Which operations of a parent are meant: what is given must all hold. `minAge` is a Duration since createTime. */
export type Selection = {
  verbs: string[] | null;
  target: string | null;
  minAge: string | null;
};

/** A command, or every problem with it beside what could be read of it all the same, for the record. */
export type CommandResult =
  | { ok: true; command: Command }
  | { ok: false; violations: FieldViolation[]; legible: Legible };

export type Legible = { name: string | null; reason: string | null; requestId: string | null; validateOnly: boolean };

/** Makes the reader of commands. What comes in is the payload, without an envelope; nothing is thrown. */
export function commandReader(settings: Settings): (payload: Buffer) => CommandResult {
  const most = settings.MAX_OPERATIONS;
  const schema = field.commandFields(most);

  return (payload) => {
    const content = contentOf(payload);
    if ('problem' in content) return refused([{ field: '', description: content.problem }], {});
    const { fields } = content;
    const read = schema.safeParse(fields);
    const violations = [
      ...(read.success ? [] : read.error.issues.flatMap(toViolations)),
      ...formProblems(fields, settings.REQUIRE_REASON),
    ];
    if (!read.success || violations.length > 0) return refused(violations, fields);
    const { name, parent, select, maxOperations = most } = read.data;
    const common = {
      reason: read.data.reason ?? null,
      requestId: read.data.requestId ?? null,
      validateOnly: read.data.validateOnly ?? false,
      wait: read.data.wait ?? settings.DEFAULT_WAIT,
    };
    if (name !== undefined) return { ok: true, command: { kind: 'one', name, ...common } };
    if (parent === undefined || select === undefined) return refused([MISSING_NAME], fields);
    const { verbs = null, target = null, minAge = null } = select;
    return { ok: true, command: { kind: 'many', parent, select: { verbs, target, minAge }, maxOperations, ...common } };
  };
}

type Fields = Readonly<Record<string, unknown>>;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The fields of a JSON object, or a bare name as if it were one. A byte order mark is skipped. */
function contentOf(payload: Buffer): { fields: Fields } | { problem: string } {
  let text: string;
  try {
    text = utf8.decode(payload).trim();
  } catch {
    return { problem: 'must be UTF-8.' };
  }
  if (text === '') return { problem: 'must not be empty: send a JSON object, or the bare name of an operation.' };
  try {
    const content: unknown = JSON.parse(text);
    return isFields(content)
      ? { fields: content }
      : { problem: 'must be a JSON object, or the bare name of an operation.' };
  } catch {
    return /^[[{"]/.test(text) ? { problem: 'must be well-formed JSON.' } : { fields: { name: text } };
  }
}

function isFields(content: unknown): content is Fields {
  return typeof content === 'object' && content !== null && !Array.isArray(content);
}

const MISSING_NAME: FieldViolation = {
  field: 'name',
  description: 'must be given, or parent and select instead to cancel many.',
};

/** What the fields say together, judged beside what each says alone so that all problems are told at once. */
function formProblems(fields: Fields, reasonRequired: boolean): FieldViolation[] {
  const violations: FieldViolation[] = [];
  const given = (key: string) => Object.hasOwn(fields, key);
  const many = given('parent') || given('select') || given('maxOperations');
  if (given('name') && many) {
    violations.push({
      field: 'name',
      description: 'must stand alone: leave it out, or parent, select and maxOperations.',
    });
  } else if (many) {
    if (!given('parent')) violations.push({ field: 'parent', description: 'must be given beside select.' });
    if (!given('select')) violations.push({ field: 'select', description: 'must be given beside parent.' });
  } else if (!given('name')) {
    violations.push(MISSING_NAME);
  }
  const { select } = fields;
  if (isFields(select) && Object.keys(select).length === 0)
    violations.push({ field: 'select', description: 'must have at least one of verbs, target and minAge.' });
  if (reasonRequired && !given('reason')) violations.push({ field: 'reason', description: 'must be given: say why.' });
  return violations;
}

/** One violation an issue, and one a field where several are unknown. Its text is ours: zod's would repeat what was sent. */
function toViolations(issue: z.core.$ZodIssue): FieldViolation[] {
  const path = pathOf(issue.path);
  if (issue.code !== 'unrecognized_keys') return [{ field: bounded(path, 128), description: issue.message }];
  return issue.keys.map((key) => ({
    field: bounded(path === '' ? key : `${path}.${key}`, 128),
    description: 'must be left out: there is no such field.',
  }));
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

function refused(violations: FieldViolation[], fields: Fields): CommandResult {
  const legible = {
    name: field.name.safeParse(fields['name']).data ?? null,
    reason: field.reason.safeParse(fields['reason']).data ?? null,
    requestId: field.requestId.safeParse(fields['requestId']).data ?? null,
    validateOnly: field.validateOnly.safeParse(fields['validateOnly']).data ?? false,
  };
  return { ok: false, violations, legible };
}
