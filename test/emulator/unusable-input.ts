import type * as z from 'zod';

/** Input that a command cannot use. `violations` maps each field to what would be right. */
export class UnusableInput extends Error {
  readonly violations: Readonly<Record<string, string>>;

  constructor(message: string, violations: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'UnusableInput';
    this.violations = violations;
  }
}

/** The value of the JSON text `body` as `schema` has it; an empty body is an empty object. Throws UnusableInput. */
export function parsed<S extends z.ZodType>(schema: S, body: string): z.output<S> {
  const result = schema.safeParse(json(body));
  if (result.success) return result.data;
  const violations = Object.fromEntries(result.error.issues.map(({ path, message }) => [path.join('.'), message]));
  const listed = Object.entries(violations).map(([field, problem]) =>
    field === '' ? problem : `${field}: ${problem}`,
  );
  throw new UnusableInput(listed.join('; '), violations);
}

function json(body: string): unknown {
  try {
    return body.trim() === '' ? {} : JSON.parse(body);
  } catch {
    throw new UnusableInput('The body must be JSON.');
  }
}
