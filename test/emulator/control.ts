import * as z from 'zod';
import type { Emulator } from './emulator.ts';
import { type Answer, errorAnswer, jsonAnswer } from './errors.ts';
import { invalidArgument } from './google-errors.ts';
import type { OperationState } from './operations.ts';
import type { Surface } from './requests.ts';
import { dropped, faultRule, operationStart, quota } from './schema.ts';

/** One thing to do to a running emulator. `run` gives what is answered as JSON, or throws UnusableInput. */
type Command = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly does: string;
  readonly run: (query: URLSearchParams, body: string) => unknown;
};

/** What a stranger drives a running emulator with: JSON in, JSON out, errors in Google's form. */
export function controlSurface(emulator: Emulator): Surface {
  const commands = commandsOf(emulator);
  return ({ method }, path, query) => {
    const here = commands.filter((command) => command.path === path);
    const command = here.find((candidate) => candidate.method === method);
    const apply = (body: string): Answer =>
      command === undefined
        ? noCommand(here.length > 0 ? here : commands)
        : perform(command, new URLSearchParams(query), body);
    return { kind: 'other', name: null, apply };
  };
}

function perform(command: Command, query: URLSearchParams, body: string): Answer {
  try {
    return jsonAnswer(command.run(query, body) ?? {});
  } catch (error) {
    if (error instanceof UnusableInput) return errorAnswer(invalidArgument(error.message, error.violations));
    throw error;
  }
}

function noCommand(others: readonly Command[]): Answer {
  const shown = others.map(({ method, path }) => `${method} ${path}`).join(', ');
  return errorAnswer({ code: 'NOT_FOUND', message: `The emulator's own commands here are: ${shown}.` });
}

/** Input that a command cannot use. `violations` maps each field to what would be right. */
class UnusableInput extends Error {
  readonly violations: Readonly<Record<string, string>>;

  constructor(message: string, violations: Readonly<Record<string, string>> = {}) {
    super(message);
    this.violations = violations;
  }
}

const newOperations = operationStart.extend({ count: z.number().int().min(1).max(100_000).default(1) });
const settings = z.strictObject({
  latencyMs: z.number().min(0).max(86_400_000).optional(),
  quota: quota.nullable().optional(),
});
const drop = z.strictObject({ how: dropped });

/** Everything that can be done to `emulator` over HTTP. */
function commandsOf(emulator: Emulator): readonly Command[] {
  const commands: Command[] = [];
  const add = (method: Command['method'], path: string, does: string, run: Command['run']): void => {
    commands.push({ method, path: `/emulator${path}`, does, run });
  };

  add('GET', '', 'this list', () => commands.map(({ method, path, does }) => `${method} ${path}: ${does}`));
  add('GET', '/operations', 'the truth about one operation (?name=) or the newest ones (?limit=100)', (query) => ({
    operations: shownOperations(emulator, query),
  }));
  const fields = Object.keys(newOperations.shape).join(', ');
  add('POST', '/operations', `start operations: ${fields}`, (_, body) => ({
    names: startOperations(emulator, parsed(newOperations, body)),
  }));
  add('GET', '/faults', 'the faults in force', () => ({ faults: emulator.faults }));
  add('POST', '/faults', 'let requests fail: on, name, times, fault', (_, body) => {
    emulator.fault(parsed(faultRule, body));
    return { faults: emulator.faults };
  });
  add('DELETE', '/faults', 'end all faults', () => emulator.clearFaults());
  add('GET', '/requests', 'the last requests received (?limit=100) and how many there were of each kind', (query) => ({
    requests: emulator.requests.slice(-limitOf(query)),
    counts: emulator.counts,
  }));
  add('POST', '/settings', 'set latencyMs, and quota as {"limit", "windowMs", "hint"} or null', (_, body) => {
    const { latencyMs, quota } = parsed(settings, body);
    if (latencyMs !== undefined) emulator.setLatency(latencyMs);
    if (quota !== undefined) emulator.setQuota(quota ?? undefined);
  });
  add('POST', '/connections/drop', 'let idle connections die: how, "silently" or "reset"', (_, body) => ({
    dropped: emulator.dropIdleConnections(parsed(drop, body).how),
  }));
  add('POST', '/tokens/expire', 'make all access tokens expired ones', () => emulator.expireTokens());
  add('POST', '/reset', 'go back to the start', () => emulator.reset());
  return commands;
}

function shownOperations(emulator: Emulator, query: URLSearchParams): OperationState[] {
  const name = query.get('name');
  if (name === null) return [...emulator.operations()].slice(-limitOf(query));
  const operation = emulator.operation(name);
  return operation === undefined ? [] : [operation];
}

function startOperations(emulator: Emulator, { count, ...start }: z.output<typeof newOperations>): string[] {
  try {
    return emulator.startOperations(count, () => start);
  } catch (error) {
    // Its name is taken: by an operation from before, or by the first of several that were asked for under one id.
    throw new UnusableInput(error instanceof Error ? error.message : String(error), { id: 'must be new' });
  }
}

function limitOf(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? 100);
  if (Number.isInteger(limit) && limit >= 1) return limit;
  throw new UnusableInput('The limit must be a whole number from 1.', { limit: 'from 1' });
}

/** The value of the JSON text `body` as `schema` has it; an empty body is an empty object. Throws UnusableInput. */
function parsed<S extends z.ZodType>(schema: S, body: string): z.output<S> {
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
