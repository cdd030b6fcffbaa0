import * as z from 'zod';
import type { Emulator } from './emulator.ts';
import type { OperationState } from './operations.ts';
import { faultRule, operationStart, quota } from './schema.ts';
import { parsed, UnusableInput } from './unusable-input.ts';

/** One thing to do to a running emulator. `run` gives what is answered as JSON, or throws UnusableInput. */
export type Command = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly does: string;
  readonly run: (query: URLSearchParams, body: string) => unknown;
};

const newOperations = operationStart.extend({ count: z.number().int().min(1).max(100_000).default(1) });
const settings = z.strictObject({
  latencyMs: z.number().min(0).max(86_400_000).optional(),
  quota: quota.nullable().optional(),
});

/** Everything that can be done to `emulator` over HTTP. */
export function commandsOf(emulator: Emulator): readonly Command[] {
  const commands: Command[] = [];
  const add = (method: Command['method'], path: string, does: string, run: Command['run']): void => {
    commands.push({ method, path: `/emulator${path}`, does, run });
  };

  add('GET', '', 'this list', () => commands.map(({ method, path, does }) => `${method} ${path}: ${does}`));
  add('GET', '/operations', 'the truth about one operation (?name=) or the newest ones (?limit=100)', (query) => ({
    operations: shownOperations(emulator, query),
  }));
  add(
    'POST',
    '/operations',
    'start operations: verb, target, id, location, createTime, onCancel, endsByItself, count',
    (_, body) => ({
      names: startOperations(emulator, parsed(newOperations, body)),
    }),
  );
  add('GET', '/faults', 'the faults in force', () => ({ faults: emulator.faults }));
  add('POST', '/faults', 'let requests fail: on, name, times, fault', (_, body) => {
    emulator.fault(parsed(faultRule, body));
    return { faults: emulator.faults };
  });
  add('DELETE', '/faults', 'end all faults', () => {
    emulator.clearFaults();
    return {};
  });
  add('GET', '/requests', 'the last requests received (?limit=100) and how many there were of each kind', (query) => ({
    requests: emulator.requests.slice(-limitOf(query)),
    counts: emulator.counts,
  }));
  add('POST', '/settings', 'set latencyMs, and quota as {"limit", "windowMs", "hint"} or null', (_, body) => {
    const { latencyMs, quota } = parsed(settings, body);
    if (latencyMs !== undefined) emulator.setLatency(latencyMs);
    if (quota !== undefined) emulator.setQuota(quota ?? undefined);
    return {};
  });
  add('POST', '/tokens/expire', 'make all access tokens expired ones', () => {
    emulator.expireTokens();
    return {};
  });
  add('POST', '/reset', 'go back to the start', () => {
    emulator.reset();
    return {};
  });
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
  if (!Number.isInteger(limit) || limit < 1)
    throw new UnusableInput('The limit must be a whole number from 1.', { limit: 'from 1' });
  return limit;
}
