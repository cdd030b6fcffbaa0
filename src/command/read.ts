import type * as z from 'zod/mini';
import type { Settings } from '../settings.ts';
import { type Duration, durationOf } from '../terms/duration.ts';
import { REASONS, type Reason } from '../terms/reason.ts';
import { type Violation, violation } from '../terms/refusal.ts';
import { boundedOrNull } from '../terms/text.ts';
import { contentOf, type Fields } from './content.ts';
import { commandFields, SELECT_FIELDS } from './fields.ts';
import { isForeign, problemsTogether } from './forms.ts';
import { formOf, nameProblems, parentProblems, targetProblems } from './hints.ts';
import { unknownField } from './unknown.ts';

/** What every command says. */
type Common = {
  reason: string | null;
  requestId: string | null;
  validateOnly: boolean;
  /** How long to watch; `DEFAULT_WAIT` where the command does not say. */
  wait: Duration;
  untilDone: boolean;
};

/** Cancel the one operation that is named. */
export type CancelOne = Common & { kind: 'one'; name: string };

/** Cancel the operations that are named: 1 to `MAX_OPERATIONS`, of one project, each once. */
export type CancelNamed = Common & { kind: 'named'; names: string[] };

/** Cancel those operations of a parent, one location or `-` for all, that a selection finds. */
export type CancelSelected = Common & { kind: 'selected'; parent: string; select: Selection; maxOperations: number };

export type Command = CancelOne | CancelNamed | CancelSelected;

/** Which operations of a parent are meant: what is given must all hold. `minAge` is a Duration since createTime. */
export type Selection = { verbs: string[] | null; target: string | null; minAge: string | null };

/** What could be read of a malformed command, for the record: null or false where nothing valid was given. */
export type Legible = {
  name: string | null;
  names: string[] | null;
  parent: string | null;
  select: Selection | null;
  maxOperations: number | null;
  reason: string | null;
  requestId: string | null;
  validateOnly: boolean;
  wait: string | null;
  untilDone: boolean;
};

/** A command, or every problem with it beside what could be read of it all the same. */
export type CommandResult = { ok: true; command: Command } | { ok: false; violations: Violation[]; legible: Legible };

/** Makes the reader of commands. What comes in is the payload, without an envelope; nothing is thrown. */
export function commandReader(settings: Settings): (payload: Buffer) => CommandResult {
  const most = settings.MAX_OPERATIONS;
  const schema = commandFields(most);
  const known = Object.keys(schema.shape);

  return (payload) => {
    const content = contentOf(payload);
    if ('problem' in content) return refused([content.problem], {});
    const { fields } = content;
    if (isForeign(fields, known)) return refused([violation('PAYLOAD_FOREIGN')], {});
    const read = schema.safeParse(fields, { reportInput: true });
    const violations = [
      ...problemsTogether(fields, known, settings.REQUIRE_REASON),
      ...(read.error?.issues ?? []).flatMap((issue) => toViolations(issue, { most, known })),
    ];
    const command = read.success && violations.length === 0 ? commandOf(read.data, settings) : undefined;
    return command === undefined ? refused(violations, fields) : { ok: true, command };
  };

  function refused(violations: Violation[], fields: Fields): CommandResult {
    return { ok: false, violations, legible: legibleOf(schema, fields) };
  }
}

type Schema = ReturnType<typeof commandFields>;

function commandOf(read: z.infer<Schema>, settings: Settings): Command | undefined {
  const { name, names, parent, select, maxOperations = settings.MAX_OPERATIONS } = read;
  const common = {
    reason: boundedOrNull(read.reason, MOST_OF_REASON),
    requestId: read.requestId ?? null,
    validateOnly: read.validateOnly ?? false,
    wait: read.wait === undefined ? settings.DEFAULT_WAIT : durationOf(read.wait),
    untilDone: read.untilDone ?? false,
  };
  if (name !== undefined) return { kind: 'one', name, ...common };
  if (names !== undefined) return { kind: 'named', names, ...common };
  if (parent === undefined || select === undefined) return undefined;
  return { kind: 'selected', parent, select: selectionOf(select), maxOperations, ...common };
}

/** UTF-16 units, so that 256 code points fit. */
const MOST_OF_REASON = 512;

function selectionOf({ verbs, target, minAge }: NonNullable<z.infer<Schema>['select']>): Selection {
  return { verbs: verbs ?? null, target: target ?? null, minAge: minAge ?? null };
}

function legibleOf({ shape }: Schema, fields: Fields): Legible {
  const select = shape.select.safeParse(fields['select']).data;
  return {
    name: shape.name.safeParse(fields['name']).data ?? null,
    names: shape.names.safeParse(fields['names']).data ?? null,
    parent: shape.parent.safeParse(fields['parent']).data ?? null,
    select: select === undefined ? null : selectionOf(select),
    maxOperations: shape.maxOperations.safeParse(fields['maxOperations']).data ?? null,
    reason: boundedOrNull(shape.reason.safeParse(fields['reason']).data, MOST_OF_REASON),
    requestId: shape.requestId.safeParse(fields['requestId']).data ?? null,
    validateOnly: shape.validateOnly.safeParse(fields['validateOnly']).data ?? false,
    wait: shape.wait.safeParse(fields['wait']).data ?? null,
    untilDone: shape.untilDone.safeParse(fields['untilDone']).data ?? false,
  };
}

type Context = { most: number; known: readonly string[] };

/** One violation for each thing that is to be mended; zod's own text would repeat what was sent. */
function toViolations(issue: z.core.$ZodIssue, { most, known }: Context): Violation[] {
  const field = pathOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const [here, elsewhere] = field === '' ? [known, SELECT_FIELDS] : [SELECT_FIELDS, known];
    return issue.keys.map((key) => unknownField(key, field, here, elsewhere));
  }
  return reasonsFor(issue).map((reason) => violation(reason, field, { most, form: formOf(field) }));
}

function reasonsFor({ message, input }: z.core.$ZodIssue): readonly Reason[] {
  if (input === null) return ['FIELD_NULL'];
  if (typeof input === 'string') {
    if (message === 'NAME_MALFORMED') return nameProblems(input);
    if (message === 'PARENT_MALFORMED') return parentProblems(input);
    if (message === 'TARGET_MALFORMED') return targetProblems(input);
  }
  return isReason(message) ? [message] : ['FIELD_UNKNOWN'];
}

function isReason(name: string): name is Reason {
  return Object.hasOwn(REASONS, name);
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}
