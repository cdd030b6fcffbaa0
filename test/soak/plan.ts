import type { OperationStart } from '../emulator/schema.ts';
import type { Chance } from './chance.ts';

/** One request to the function, all of it decided by chance beforehand. */
export type Plan = {
  /** `projects/…/locations/…`, of this request alone. */
  parent: string;
  /** The operations that there are, with ids. */
  operations: (OperationStart & { id: string })[];
  command: { name: string; validateOnly?: boolean; wait?: string } | { parent: string; select: object; wait?: string };
  trigger: 'WEBHOOK' | 'SCHEDULER' | 'PUBSUB';
  /** How likely each request to Datastream meets a fault. */
  storm: number;
  /** Which of the functions is asked. */
  function: number;
};

/** Decides on the request of this number. */
export function drawPlan(index: number, functions: number, chance: Chance): Plan {
  const location = `r-${index}`;
  const parent = `projects/acme-data/locations/${location}`;
  const count = chance.happens(0.08) ? chance.integer(2, 6) : 1;
  const operations = Array.from({ length: count }, (_, number) => ({
    ...drawOperation(chance),
    id: `operation-${number}`,
    location,
  }));
  return {
    parent,
    operations,
    command: drawCommand(parent, count, chance),
    trigger: chance.pick(['WEBHOOK', 'SCHEDULER', 'PUBSUB']),
    storm: chance.pick([0, 0.1, 0.2, 0.4, 0.7]),
    function: chance.integer(0, functions - 1),
  };
}

function drawCommand(parent: string, count: number, chance: Chance): Plan['command'] {
  const wait = chance.pick<{ wait?: string }>([{}, { wait: '0s' }, { wait: '0.2s' }, { wait: '60s' }]);
  if (count > 1) return { parent, select: { minAge: '0s' }, ...wait };
  const id = chance.happens(0.03) ? 'operation-unknown' : 'operation-0';
  return { name: `${parent}/operations/${id}`, ...(chance.happens(0.05) && { validateOnly: true }), ...wait };
}

/** An operation that a cancel ends as it should, or one of those with which it goes another way. */
function drawOperation(chance: Chance): OperationStart {
  const afterMs = chance.pick([0, 0, 30, 300]);
  const code = chance.pick(['UNIMPLEMENTED', 'PERMISSION_DENIED', 'FAILED_PRECONDITION', 'INTERNAL'] as const);
  const onCancel = chance.weighed<OperationStart['onCancel']>([
    [10, { kind: 'cancels', afterMs }],
    [2, { kind: 'completes', afterMs }],
    [2, { kind: 'fails', code: 'ABORTED', afterMs }],
    [2, { kind: 'neverEnds' }],
    [1, { kind: 'refuses', error: { code } }],
    [1, { kind: 'refuses', error: { code: 'FAILED_PRECONDITION' }, becomes: { kind: 'cancels', afterMs: 0 } }],
  ]);
  const when = chance.weighed([
    [16, undefined],
    [1, { afterMs: 0 }],
    [2, { afterMs: chance.integer(5, 500) }],
  ]);
  const endsByItself = chance.pick<OperationStart['endsByItself']>([
    { kind: 'completes', ...when },
    { kind: 'fails', code: 'INTERNAL', ...when },
    { kind: 'cancels', ...when },
  ]);
  return { ...(onCancel && { onCancel }), ...(when && endsByItself && { endsByItself }) };
}
