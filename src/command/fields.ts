import * as z from 'zod/mini';
import { duration, durationText } from '../terms/duration.ts';
import { bounded } from '../terms/text.ts';
import { nameProblem, parentProblem, targetProblem } from './hints.ts';

/*
 * What each field of a command may be, with the text that tells what would be right. What they say together is judged in
 * command.ts.
 */

const string = () => z.string({ error: 'must be a string.' });

/** A string about which `problem` says what would be right, undefined if it is valid. */
const named = (problem: (text: string) => string | undefined) =>
  string().check(z.refine((text) => problem(text) === undefined, { error: ({ input }) => problem(String(input)) }));

export const name = named(nameProblem);

const typedReason = string().check(
  z.refine((text) => text !== '' && text.isWellFormed() && !/\p{Cc}/u.test(text) && [...text].length <= 256, {
    error: 'must be 1 to 256 characters of well-formed Unicode without control characters.',
  }),
);

const typedRequestId = string().check(
  z.regex(/^[A-Za-z0-9._:@/~-]{1,128}$/, { error: 'must be 1 to 128 characters of A-Z a-z 0-9 . _ : @ / ~ and -.' }),
);

/** What a caller typed, without the credentials that may have slipped into it. */
const clean = (text: z.ZodMiniType<string, string>) =>
  z.pipe(
    text,
    z.transform((typed) => bounded(typed, 512)),
  );

export const reason = clean(typedReason);

export const requestId = clean(typedRequestId);

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

export const validateOnly = z.boolean({ error: 'must be true or false.' });

/** The schema of a command, all fields optional. `most` is the ceiling of `maxOperations`. */
export function commandFields(most: number) {
  const error = `must be a whole number from 1 to ${most}.`;
  const maxOperations = z.int({ error }).check(z.minimum(1, { error }), z.maximum(most, { error }));
  return z.strictObject({
    name: z.optional(name),
    parent: z.optional(named(parentProblem)),
    select: z.optional(select),
    maxOperations: z.optional(maxOperations),
    reason: z.optional(reason),
    validateOnly: z.optional(validateOnly),
    wait: z.optional(duration),
    requestId: z.optional(requestId),
  });
}
