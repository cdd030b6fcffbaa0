import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import * as z from 'zod';

export const PARTS = ['faults', 'crashes', 'overload', 'parallel', 'many-operations'] as const;

const whole = z
  .string()
  .regex(/^\d{1,10}$/, { error: 'must be a whole number' })
  .transform(Number);

const options = z.strictObject({
  only: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(PARTS, { error: `must be some of ${PARTS.join(', ')}` })))
    .default([...PARTS]),
  seed: whole.optional(),
  requests: whole.default(10_000),
  request: whole.optional(),
});

export type SoakOptions = z.infer<typeof options> & { seed: number };

export const USAGE = `npm run soak -- [--only=${PARTS.join(',')}] [--seed=NUMBER] [--requests=NUMBER] [--request=NUMBER]

  --only      these parts, with commas between them
  --seed      what chance depends on; a failure tells it, so that it can be had again
  --requests  how many requests meet faults, 10000 by default
  --request   of these only the one of this number`;

/** Reads the command line. Throws where there is anything that it does not know. */
export function soakOptions(argv: readonly string[]): SoakOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { only: text, seed: text, requests: text, request: text },
  });
  const read = options.safeParse(values);
  if (!read.success) throw new Error(z.prettifyError(read.error));
  return { ...read.data, seed: read.data.seed ?? randomInt(2 ** 31) };
}
