import { createHmac } from 'node:crypto';
import { type Attempt, attempts, UNAUTHENTICATED } from './attempt.ts';
import type { Sent } from './post.ts';
import { CURRENT_SECRET, NEXT_SECRET, RETIRED_SECRET, type Signing, secondsFromNow, webhookHeaders } from './proofs.ts';
import { command, type World } from './world.ts';

type Headers = Record<string, string | string[]>;

/** A command, signed as `signing` says and then changed. */
function signed(
  signing: Omit<Signing, 'body'> = {},
  change: (headers: Headers, body: string) => Sent = () => ({}),
): (world: World) => Sent {
  return (world) => {
    const body = command(world);
    const headers = webhookHeaders({ body, ...signing });
    return { headers, body, ...change(headers, body) };
  };
}

/** A sound signature under which a header is another one. */
function withHeader(name: string, change: (value: string) => string | string[]): (world: World) => Sent {
  return signed({}, (headers) => ({ headers: { ...headers, [name]: change(String(headers[name])) } }));
}

/** A sound signature under which a header is missing. */
function without(name: string): (world: World) => Sent {
  return signed({}, (headers) => ({
    headers: Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name)),
  }));
}

/** What was signed is a text, what is sent are other bytes. */
function swapped(text: (world: World) => string, bytes: (world: World) => Buffer): (world: World) => Sent {
  return (world) => ({ headers: webhookHeaders({ body: text(world) }), body: bytes(world) });
}

const digest = (algorithm: string, content: string) =>
  createHmac(algorithm, Buffer.from(CURRENT_SECRET.slice('whsec_'.length), 'base64'))
    .update(content)
    .digest('base64');

/** `CALLER_AUTH=verify`: webhooks whose signature does not hold. */
export const WEBHOOK_ATTEMPTS: Attempt[] = attempts('verify', UNAUTHENTICATED, {
  'signed under a secret that was rotated out': signed({ secret: RETIRED_SECRET }),
  'signed under the text of the secret, not its key': signed({ key: Buffer.from(CURRENT_SECRET) }),
  'signed under the base64 of the key': signed({ key: Buffer.from(CURRENT_SECRET.slice('whsec_'.length)) }),
  'signed under an empty key': signed({ key: Buffer.alloc(0) }),
  'signed under both keys at once': signed({
    key: Buffer.concat([CURRENT_SECRET, NEXT_SECRET].map((secret) => Buffer.from(secret.slice(6), 'base64'))),
  }),
  'replayed after more than five minutes': signed({ at: secondsFromNow(-310) }),
  'replayed after a day': signed({ at: secondsFromNow(-86_400) }),
  'dated more than five minutes ahead': signed({ at: secondsFromNow(330) }),
  'dated in milliseconds': signed({ at: Date.now() }),
  'dated without a number': signed({ at: 'now' }),
  'dated at the end of time': signed({ at: '9'.repeat(400) }),
  'dated before 1970': signed({ at: -1 }),
  'the timestamp moved by a second': withHeader('webhook-timestamp', (at) => String(Number(at) + 1)),
  'a replay under a new timestamp': signed({ at: secondsFromNow(-400) }, (headers) => ({
    headers: { ...headers, 'webhook-timestamp': String(secondsFromNow(0)) },
  })),
  'another id': withHeader('webhook-id', () => 'msg_other'),
  'the id twice': withHeader('webhook-id', (id) => [id, id]),
  'the id with the start of the body in it': withHeader('webhook-id', (id) => `${id}.${secondsFromNow(0)}`),
  'an empty id': withHeader('webhook-id', () => ''),
  'no id': without('webhook-id'),
  'no timestamp': without('webhook-timestamp'),
  'no signature': without('webhook-signature'),
  'an empty signature': withHeader('webhook-signature', () => ''),
  'a signature of spaces': withHeader('webhook-signature', () => 'v1,   v1,'),
  'a version without a signature': withHeader('webhook-signature', () => 'v1'),
  'a signature without its version': withHeader('webhook-signature', (value) => value.slice('v1,'.length)),
  'a signature of another version': withHeader('webhook-signature', (value) => value.replace('v1', 'v2')),
  'a signature cut short': withHeader('webhook-signature', (value) => value.slice(0, -4)),
  'a signature in base64url': withHeader('webhook-signature', (value) =>
    `${value}!`.replaceAll('+', '-').replaceAll('/', '_'),
  ),
  'a signature in hexadecimal': withHeader(
    'webhook-signature',
    (value) => `v1,${Buffer.from(value.slice(3), 'base64').toString('hex')}`,
  ),
  'a hundred wrong signatures': withHeader('webhook-signature', () =>
    Array.from({ length: 100 }, (_, index) => `v1,${Buffer.alloc(32, index).toString('base64')}`).join(' '),
  ),
  'the secret itself for a signature': withHeader('webhook-signature', () => `v1,${CURRENT_SECRET}`),
  'the body alone signed': signed({}, (headers, body) => ({
    headers: { ...headers, 'webhook-signature': `v1,${digest('sha256', body)}` },
  })),
  'HMAC with SHA-1': signed({}, (headers, body) => ({
    headers: {
      ...headers,
      'webhook-signature': `v1,${digest('sha1', `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)}`,
    },
  })),
  'another operation in the body': signed({}, (_, body) => ({ body: body.replace('operation-', 'operation-1') })),
  'validateOnly taken out of the body': (world) => ({
    headers: webhookHeaders({ body: command(world, { validateOnly: true }) }),
    body: command(world),
  }),
  'a space behind the body': signed({}, (_, body) => ({ body: `${body} ` })),
  'a byte order mark before the body': signed({}, (_, body) => ({ body: `\uFEFF${body}` })),
  'no body under the signature of one': signed({}, () => ({ body: '' })),
  'a body under the signature of none': signed({}, (_, body) => ({ headers: webhookHeaders({ body: '' }), body })),
  'bytes that are no UTF-8 under the signature of a replacement character': swapped(
    (world) => command(world, { reason: '\uFFFD' }),
    (world) => Buffer.from(command(world, { reason: '\u00FF' }), 'latin1'),
  ),
  'bytes that are no UTF-8 under their own signature': (world) => {
    const body = Buffer.from(command(world, { reason: '\u00FF' }), 'latin1');
    return { headers: webhookHeaders({ body }), body };
  },
  'the signature in a trailer': signed({}, ({ 'webhook-signature': signature, ...headers }) => ({
    headers: { ...headers, trailer: 'webhook-signature' },
    trailers: { 'webhook-signature': String(signature) },
  })),
  'the names of another library in place of the standard ones': signed({}, (headers) => ({
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.replace('webhook', 'svix'), value]),
    ),
  })),
});
