import assert from 'node:assert/strict';
import type { Acted, HeldStage } from './held-stage.ts';

/** What a request must come to. `attempts` is how many cancels must have been sent. */
export type Expected = {
  readonly outcome: string;
  readonly http: number;
  readonly code: number;
  readonly attempts: number;
};

/** An expected outcome whose status is OK. */
export function ok(outcome: string, attempts = 1): Expected {
  return { outcome, http: outcome === 'CANCEL_REQUESTED' ? 202 : 200, code: 0, attempts };
}

/**
 * Posts a command for the operation, and holds the answer against what is expected and against the emulator's truth: the
 * cancels that arrived there, and whether CANCELLED is true.
 */
export async function expectOutcome(
  { act, emulator }: HeldStage,
  name: string,
  command: object,
  expected: Expected,
): Promise<Acted> {
  const acted = await act({ name, ...command });
  const { http, record, entries } = acted;
  const { outcome, status, cancelAttempts } = record;
  assert.deepEqual({ outcome, http, code: status.code, attempts: cancelAttempts }, expected, status.message);
  assert.equal(status.message === '', expected.code === 0, 'a message where something is wrong');
  const truth = emulator.operation(name);
  assert.equal(truth?.cancels.arrived.length ?? 0, cancelAttempts, 'cancels that arrived');
  if (outcome === 'CANCELLED') assert.equal(truth?.resource.error?.code, 1, 'CANCELLED is true');
  const phases = entries.map(({ phase }) => phase);
  assert.deepEqual(phases, cancelAttempts > 0 ? ['INTENT', 'RESULT'] : ['RESULT']);
  return acted;
}

/** Lets every read that comes after the first cancel meet an error. */
export function breakLaterReads(
  { emulator }: HeldStage,
  code: 'UNAVAILABLE' | 'PERMISSION_DENIED' = 'UNAVAILABLE',
): void {
  const failed = { kind: 'error', error: { code } } as const;
  emulator.fault({ on: 'get', fault: () => (emulator.counts.requests.cancel > 0 ? failed : undefined) });
}
