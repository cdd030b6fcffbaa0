import * as z from 'zod/mini';
import { durationText } from '../terms/duration.ts';
import type { Reason } from '../terms/reason.ts';
import { OPERATION_NAME, PARENT_NAME } from '../terms/resource-name.ts';
import { looksSecret } from '../terms/text.ts';

/*
 * What each field of a command may be. An `error` is the reason of the refusal, whose sentence stands in terms/reason.ts.
 * The build makes the JSON Schema of a command from the same, so what a pattern or a bound can say is said as one.
 */

const because = (error: Reason) => ({ error });

const string = () => z.string(because('STRING_EXPECTED'));

const form = (pattern: RegExp, reason: Reason) => string().check(z.regex(pattern, because(reason)));

/** A list of at least one entry, which neither the JSON Schema nor the function has to be told in another place. */
const list = <T extends z.ZodMiniType>(
  entry: T,
  reasons: { type: Reason; empty: Reason; long: Reason },
  most: number,
) =>
  z
    .array(entry, because(reasons.type))
    .check(z.minLength(1, because(reasons.empty)), z.maxLength(most, because(reasons.long)));

const name = form(OPERATION_NAME, 'NAME_MALFORMED');

/** Well-formed without C0, DEL and C1. Written out: \p{…} takes ten times as long to compile. */
const reason = form(/^[ -~\u00A0-\uD7FF\uE000-\u{10FFFF}]{1,256}$/u, 'REASON_MALFORMED');

const requestId = form(/^[A-Za-z0-9._:@/~-]{1,128}$/, 'REQUEST_ID_MALFORMED').check(
  z.refine((text) => !looksSecret(text), because('REQUEST_ID_LOOKS_SECRET')),
);

const verb = form(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'VERB_MALFORMED');

const verbs = list(verb, { type: 'VERBS_NOT_A_LIST', empty: 'VERBS_EMPTY', long: 'TOO_MANY_VERBS' }, 50);

const target = form(/^projects(?:\/[A-Za-z0-9._~:*-]+)+$/, 'TARGET_MALFORMED').check(
  z.maxLength(1024, because('TARGET_MALFORMED')),
);

const duration = durationText('DURATION_MALFORMED' satisfies Reason);

const select = z
  .strictObject(
    { verbs: z.optional(verbs), target: z.optional(target), minAge: z.optional(duration) },
    because('SELECT_NOT_AN_OBJECT'),
  )
  .check(
    z.refine((fields) => Object.keys(fields).length > 0, because('SELECT_EMPTY')),
    z.meta({ minProperties: 1 }),
  );

export const SELECT_FIELDS = Object.keys(select.shape);

/** The schema of a command, all fields optional. `most` is the ceiling of `maxOperations` and of `names`. */
export function commandFields(most: number) {
  const outOfRange = because('MAX_OPERATIONS_OUT_OF_RANGE');
  const boolean = z.boolean(because('BOOLEAN_EXPECTED'));
  return z.strictObject({
    name: z.optional(name),
    names: z.optional(
      list(name, { type: 'NAMES_NOT_A_LIST', empty: 'NAMES_EMPTY', long: 'TOO_MANY_NAMES' }, most).check(
        z.meta({ uniqueItems: true }),
      ),
    ),
    parent: z.optional(form(PARENT_NAME, 'PARENT_MALFORMED')),
    select: z.optional(select),
    maxOperations: z.optional(z.int(outOfRange).check(z.minimum(1, outOfRange), z.maximum(most, outOfRange))),
    reason: z.optional(reason),
    requestId: z.optional(requestId),
    validateOnly: z.optional(boolean),
    wait: z.optional(duration),
    untilDone: z.optional(boolean),
  });
}

/**
 * The forms of a command: each has the fields that it requires, may have its others, and none of another form's. The check of
 * what fields say together and the JSON Schema are both made from this.
 */
export const FORMS = {
  one: { required: ['name'], optional: [] },
  named: { required: ['names'], optional: [] },
  selected: { required: ['parent', 'select'], optional: ['maxOperations'] },
} as const;
