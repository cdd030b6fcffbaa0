import * as z from 'zod/mini';
import { duration, durationText } from './duration.ts';
import { nameProblem, parentProblem, targetProblem } from './name-hints.ts';
import type { Settings } from './settings.ts';
import type { FieldViolation } from './status.ts';
import { bounded } from './text.ts';

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

const string = () => z.string({ error: 'must be a string.' });

/** A string about which `problem` says what would be right, undefined where it is. */
const named = (problem: (text: string) => string | undefined) =>
  string().check(z.refine((text) => problem(text) === undefined, { error: ({ input }) => problem(String(input)) }));

const name = named(nameProblem);

const reason = string().check(
  z.refine((text) => text !== '' && text.isWellFormed() && !/\p{Cc}/u.test(text) && [...text].length <= 256, {
    error: 'must be 1 to 256 characters of well-formed Unicode without control characters.',
  }),
);

const requestId = string().check(
  z.regex(/^[A-Za-z0-9._:@/~-]{1,128}$/, { error: 'must be 1 to 128 characters of A-Z a-z 0-9 . _ : @ / ~ and -.' }),
);

/** What a caller typed, without the credentials that may have slipped into it. */
const clean = <T extends z.ZodMiniType<string, string>>(text: T) =>
  z.pipe(
    text,
    z.transform((typed) => bounded(typed, 512)),
  );

const verb = string().check(
  z.regex(/^[A-Za-z][\w-]{0,63}$/, { error: 'must be a verb of OperationMetadata such as "create".' }),
);

const verbs = z
  .array(verb, { error: 'must be a list of verbs such as ["create"].' })
  .check(
    z.minLength(1, { error: 'must name a verb, or be left out.' }),
    z.maxLength(50, { error: 'must name at most 50 verbs.' }),
  );

const select = z.strictObject(
  { verbs: z.optional(verbs), target: z.optional(named(targetProblem)), minAge: z.optional(durationText) },
  { error: 'must be an object with at least one of verbs, target and minAge.' },
);

const validateOnly = z.boolean({ error: 'must be true or false.' });

/** Makes the reader of commands. What comes in is the payload, without an envelope; nothing is thrown. */
export function commandReader(settings: Settings): (payload: Buffer) => CommandResult {
  const most = settings.MAX_OPERATIONS;
  const error = `must be a whole number from 1 to ${most}.`;
  const maxOperations = z.int({ error }).check(z.minimum(1, { error }), z.maximum(most, { error }));
  const schema = z.strictObject({
    name: z.optional(name),
    parent: z.optional(named(parentProblem)),
    select: z.optional(select),
    maxOperations: z.optional(maxOperations),
    reason: z.optional(clean(reason)),
    validateOnly: z.optional(validateOnly),
    wait: z.optional(duration),
    requestId: z.optional(clean(requestId)),
  });

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
  const given = (field: string) => Object.hasOwn(fields, field);
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
  const selection = z.strictObject({}).safeParse(fields['select']);
  if (selection.success)
    violations.push({ field: 'select', description: 'must have at least one of verbs, target and minAge.' });
  if (reasonRequired && !given('reason')) violations.push({ field: 'reason', description: 'must be given: say why.' });
  return violations;
}

/** One violation an issue, and one a field where several are unknown. Its text is ours: zod's would repeat what was sent. */
function toViolations(issue: z.core.$ZodIssue): FieldViolation[] {
  const field = pathOf(issue.path);
  if (issue.code !== 'unrecognized_keys') return [{ field: bounded(field, 128), description: issue.message }];
  return issue.keys.map((key) => ({
    field: bounded(field === '' ? key : `${field}.${key}`, 128),
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
    name: name.safeParse(fields['name']).data ?? null,
    reason: clean(reason).safeParse(fields['reason']).data ?? null,
    requestId: clean(requestId).safeParse(fields['requestId']).data ?? null,
    validateOnly: validateOnly.safeParse(fields['validateOnly']).data ?? false,
  };
  return { ok: false, violations, legible };
}
