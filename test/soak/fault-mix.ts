import { rateLimitExceeded } from '../emulator/google-errors.ts';
import type { Fault } from '../emulator/schema.ts';
import type { Chance } from './chance.ts';

/** What a request may meet: a fault, or that every access token issued so far is refused from now on. */
export type Mishap = Fault | { kind: 'tokensExpire' };

type Draw = (chance: Chance) => Mishap;

const HTML = '<!DOCTYPE html><html lang=en><title>Error 502 (Server Error)!!1</title><p>That’s all we know.';

/** Whether the request is carried out although the answer does not tell. */
const applied = (chance: Chance) => ({ apply: chance.happens(0.5) });

/** What can happen to any request to Datastream, with how likely each is beside the others. */
const ANY: readonly [readonly [number, Draw], ...(readonly [number, Draw])[]] = [
  [3, () => ({ kind: 'resetBefore' })],
  [3, () => ({ kind: 'resetAfter' })],
  [1, (chance) => ({ kind: 'hang', ...applied(chance) })],
  [3, (chance) => ({ kind: 'error', error: { ...rateLimitExceeded(1200, '481516234200'), ...hint(chance) } })],
  [4, (chance) => ({ kind: 'error', error: { code: 'UNAVAILABLE', ...hint(chance) }, ...applied(chance) })],
  [2, (chance) => ({ kind: 'error', error: { code: 'INTERNAL' }, ...applied(chance) })],
  [1, (chance) => ({ kind: 'error', error: { code: 'DEADLINE_EXCEEDED' }, ...applied(chance) })],
  [1, (chance) => ({ kind: 'error', error: { code: 'ABORTED' }, ...applied(chance) })],
  [1, () => ({ kind: 'error', error: { code: 'PERMISSION_DENIED', reason: 'IAM_PERMISSION_DENIED' } })],
  [2, (chance) => ({ kind: 'status', status: chance.pick([500, 502, 503, 504]), body: HTML, ...applied(chance) })],
  [
    2,
    (chance) => ({ kind: 'status', status: 200, body: chance.pick([HTML, '[]', 'null', '"{"']), ...applied(chance) }),
  ],
  [1, () => ({ kind: 'redirect', location: 'http://127.0.0.1:1/' })],
  [3, (chance) => ({ kind: 'cutOff', bytes: chance.integer(0, 200) })],
  [3, (chance) => ({ kind: 'slow', beforeMs: chance.integer(0, 200), afterMs: chance.integer(0, 200) })],
  [1, (chance) => ({ kind: 'slow', beforeMs: chance.integer(0, 3000), afterMs: chance.integer(0, 3000) })],
  [1, () => ({ kind: 'tokensExpire' })],
];

const READ: typeof ANY = [
  ...ANY,
  [2, () => ({ kind: 'otherOperation' })],
  [2, () => ({ kind: 'empty' })],
  // More than the function takes in.
  [0.1, () => ({ kind: 'giant', bytes: 5_000_000 })],
];

const CANCEL: typeof ANY = [
  ...ANY,
  // The body of a success is empty anyway.
  [2, () => ({ kind: 'empty' })],
  [1, () => ({ kind: 'error', error: { code: 'FAILED_PRECONDITION' } })],
];

const METADATA: typeof ANY = [
  [3, () => ({ kind: 'status', status: 503, body: HTML })],
  [2, () => ({ kind: 'resetBefore' })],
  [3, (chance) => ({ kind: 'slow', beforeMs: chance.integer(0, 300) })],
  [1, () => ({ kind: 'hang' })],
  [1, () => ({ kind: 'status', status: 200, body: HTML })],
];

/** Draws what happens to a read of an operation or a list, to a cancel, or to a request to the metadata server. */
export function drawMishap(of: 'read' | 'cancel' | 'metadata', chance: Chance): Mishap {
  const mix = { read: READ, cancel: CANCEL, metadata: METADATA }[of];
  return chance.weighed(mix)(chance);
}

/** How long Google asks to wait, where it says so. */
function hint(chance: Chance): { retryDelay?: string; retryAfter?: string } {
  return chance.pick([{}, {}, { retryDelay: '0.3s' }, { retryAfter: '1' }, { retryDelay: '30s' }]);
}
