import { gzipSync } from 'node:zlib';
import { deliveryRequest } from '../pubsub/shapes.ts';
import { type Attempt, attempts, INVALID } from './attempt.ts';
import { command, SUBSCRIPTION } from './world.ts';

/** `ALLOWED_VERBS`, `REQUIRE_REASON`, `MAX_EVENT_AGE`, `MAX_OPERATIONS` and the sizes. */
export const LIMIT_ATTEMPTS: Attempt[] = [
  ...attempts(
    'someVerbs',
    { http: 403, outcome: 'DENIED', rule: 'ALLOWED_VERBS', reads: true },
    {
      'a verb that is not listed': (world) => ({ body: command(world) }),
      'a verb that is not listed, only to look': (world) => ({ body: command(world, { validateOnly: true }) }),
      'a listed verb in capitals': ({ emulator }) => ({ body: emulator.startOperation({ verb: 'UPDATE' }) }),
      'a verb with a listed one in it': ({ emulator }) => ({
        body: emulator.startOperation({ verb: 'update,create' }),
      }),
      'no verb': ({ emulator }) => ({ body: emulator.startOperation({ verb: '' }) }),
    },
  ),
  ...attempts('reasonRequired', INVALID, {
    'no reason': (world) => ({ body: command(world) }),
    'a bare name, which has no reason': ({ operation }) => ({ body: operation }),
    'an empty reason': (world) => ({ body: command(world, { reason: '' }) }),
    'null for a reason': (world) => ({ body: command(world, { reason: null }) }),
    'a reason of 257 characters': (world) => ({ body: command(world, { reason: 'x'.repeat(257) }) }),
    'a sweep without a reason': ({ emulator }) => ({
      body: JSON.stringify({ parent: emulator.parent, select: { minAge: '0s' } }),
    }),
  }),
  ...attempts('atMostTwo', INVALID, {
    'a sweep that raises its own limit': ({ emulator }) => ({
      body: JSON.stringify({ parent: emulator.parent, select: { minAge: '0s' }, maxOperations: 3 }),
    }),
    'a sweep with a limit of minus one': ({ emulator }) => ({
      body: JSON.stringify({ parent: emulator.parent, select: { minAge: '0s' }, maxOperations: -1 }),
    }),
    'a sweep of everything': ({ emulator }) => ({ body: JSON.stringify({ parent: emulator.parent, select: {} }) }),
    'a sweep of no verbs': ({ emulator }) => ({
      body: JSON.stringify({ parent: emulator.parent, select: { verbs: [] } }),
    }),
    'a sweep of every location': () => ({
      body: '{"parent": "projects/acme-data/locations/-", "select": {"minAge": "0s"}}',
    }),
    'a sweep of every project': () => ({ body: '{"parent": "projects/*/locations/*", "select": {"minAge": "0s"}}' }),
    'a sweep with a way up in its target': ({ emulator }) => ({
      body: JSON.stringify({ parent: emulator.parent, select: { target: 'projects/acme-data/../*?' } }),
    }),
    'a sweep with a way up in its parent': () => ({
      body: '{"parent": "projects/acme-data/locations/us-central1/../..", "select": {"minAge": "0s"}}',
    }),
  }),
  {
    attempt: 'a message from years before, delivered now',
    at: 'open',
    request: (world) =>
      deliveryRequest(
        'wrapped',
        { messageId: '7', data: command(world), publishTime: '2020-01-01T00:00:00Z' },
        SUBSCRIPTION,
      ),
    expected: { http: 200, outcome: 'EXPIRED' },
  },
  {
    attempt: 'more operations than allowed in one sweep',
    at: 'atMostTwo',
    request: ({ emulator }) => {
      emulator.startOperations(3, () => ({ verb: 'delete' }));
      return { body: JSON.stringify({ parent: emulator.parent, select: { verbs: ['delete'] } }) };
    },
    expected: { http: 400, outcome: 'BATCH', status: 'FAILED_PRECONDITION', reads: true },
  },
  ...attempts(
    'open',
    { http: 413, outcome: 'INVALID' },
    {
      'a command of more than 64 KiB': (world) => ({ body: command(world) + ' '.repeat(65_536) }),
      'a body of two megabytes': (world) => ({ body: command(world) + ' '.repeat(2_000_000) }),
      'a command that inflates to more than 64 KiB': (world) => ({
        headers: { 'content-encoding': 'gzip' },
        body: gzipSync(command(world) + ' '.repeat(65_536)),
      }),
      'a body that inflates to a hundred megabytes': () => ({
        headers: { 'content-encoding': 'gzip' },
        body: gzipSync(Buffer.alloc(100_000_000)),
      }),
    },
  ),
];
