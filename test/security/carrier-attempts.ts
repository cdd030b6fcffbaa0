import { type Attempt, attempts, UNAUTHENTICATED } from './attempt.ts';
import type { Sent } from './post.ts';
import { bearer, CURRENT_SECRET, handedOn, secondsFromNow, serverlessBearer, webhookHeaders } from './proofs.ts';
import { command, googleToken, type World } from './world.ts';

/** A command under headers that are made from a sound token. */
function carrying(make: (sound: string, world: World) => Sent): (world: World) => Sent {
  return (world) => ({ body: command(world), ...make(googleToken(world), world) });
}

function authorization(make: (sound: string) => string) {
  return carrying((sound) => ({ headers: { authorization: make(sound) } }));
}

/** `CALLER_AUTH=verify`: a sound token where none is looked for, or in no form that is one. */
export const CARRIER_ATTEMPTS: Attempt[] = attempts('verify', UNAUTHENTICATED, {
  'nothing at all': carrying(() => ({})),
  'Authorization without a scheme': authorization((sound) => sound),
  'Authorization of another scheme': authorization((sound) => `Token ${sound}`),
  'Authorization of scheme Basic': authorization(() => `Basic ${Buffer.from('admin:admin').toString('base64')}`),
  'Authorization without a token': authorization(() => 'Bearer'),
  'an empty Authorization': authorization(() => ''),
  'two tokens in one Authorization': authorization((sound) => `Bearer ${sound} ${sound}`),
  'two schemes in one Authorization': authorization((sound) => `Bearer a.b.c, Bearer ${sound}`),
  'a token in quotes': authorization((sound) => `Bearer "${sound}"`),
  'a token with its dots percent-encoded': authorization((sound) => `Bearer ${sound.replaceAll('.', '%2E')}`),
  'a token with a fourth part': authorization((sound) => `Bearer ${sound}.e30`),
  'a token with two parts': authorization((sound) => `Bearer ${sound.split('.').slice(0, 2).join('.')}`),
  'an access token': authorization(() => 'Bearer ya29.c.b0Aaekm1K9'),
  'dots alone': authorization(() => 'Bearer ..'),
  'claims that are no object': authorization((sound) => `Bearer ${sound.split('.')[0]}.W10.c2ln`),
  'claims that are no JSON': authorization((sound) => `Bearer ${sound.split('.')[0]}.bm90LWpzb24.c2ln`),
  'a bad token in X-Serverless-Authorization before a sound one': carrying((sound) => ({
    headers: { ...bearer(sound), ...serverlessBearer('a.b.c') },
  })),
  'an empty X-Serverless-Authorization before a sound token': carrying((sound) => ({
    headers: { ...bearer(sound), 'x-serverless-authorization': '' },
  })),
  'an expired token in X-Serverless-Authorization before a sound one': carrying((sound, world) => ({
    headers: { ...bearer(sound), ...serverlessBearer(googleToken(world, { exp: secondsFromNow(-60) })) },
  })),
  'X-Serverless-Authorization twice': carrying((sound) => ({
    headers: { 'x-serverless-authorization': [`Bearer ${sound}`, `Bearer ${sound}`] },
  })),
  'a bad Authorization before a second, sound one': carrying((sound) => ({
    headers: { authorization: ['Bearer a.b.c', `Bearer ${sound}`] },
  })),
  'Proxy-Authorization': carrying((sound) => ({ headers: { 'proxy-authorization': `Bearer ${sound}` } })),
  'X-Forwarded-Authorization': carrying((sound) => ({ headers: { 'x-forwarded-authorization': `Bearer ${sound}` } })),
  'a header with underscores': carrying((sound) => ({ headers: { x_serverless_authorization: `Bearer ${sound}` } })),
  'X-Goog-IAP-JWT-Assertion': carrying((sound) => ({ headers: { 'x-goog-iap-jwt-assertion': sound } })),
  'a cookie': carrying((sound) => ({ headers: { cookie: `authorization=Bearer ${sound}` } })),
  'the query': carrying((sound) => ({ path: `/?access_token=${sound}&authorization=Bearer%20${sound}` })),
  'the path': carrying((sound) => ({ path: `/${sound}` })),
  'the body': carrying((sound, world) => ({ body: command(world, { authorization: `Bearer ${sound}` }) })),
  'a trailer': carrying((sound) => ({ headers: { trailer: 'authorization' }, trailers: bearer(sound) })),
  'a token of more than ten thousand characters': carrying((_, world) => ({
    headers: bearer(googleToken(world, { aud: 'x'.repeat(8000) })),
  })),
});

/** Headers that the HTTP parser of Node.js refuses, so that the function never sees them. */
export const OVERSIZED_ATTEMPTS: Attempt[] = [
  {
    attempt: 'a token of thirty thousand characters',
    at: 'verify',
    request: carrying((_, world) => ({ headers: bearer(googleToken(world, { padding: 'x'.repeat(20_000) })) })),
    expected: { http: 431, outcome: null },
  },
  {
    attempt: 'a signature list of seventeen thousand characters',
    at: 'verify',
    request: (world) => ({
      headers: { ...webhookHeaders({ body: command(world) }), 'webhook-signature': 'v1,YQ== '.repeat(2200) },
      body: command(world),
    }),
    expected: { http: 431, outcome: null },
  },
  {
    attempt: 'a second request smuggled behind Transfer-Encoding and Content-Length',
    at: 'open',
    request: (world) => {
      const inner = `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${command(world).length}\r\n\r\n${command(world)}`;
      const head = 'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\nconnection: close';
      return { raw: `${head}\r\n\r\n0\r\n\r\n${inner}` };
    },
    expected: { http: 400, outcome: null },
  },
];

/** `CALLER_AUTH=verify`: a token and a signature together, of which one does not hold. */
export const BOTH_ATTEMPTS: Attempt[] = attempts('verify', UNAUTHENTICATED, {
  'a sound token, and a signature under another secret': carrying((sound, world) => ({
    headers: { ...bearer(sound), ...webhookHeaders({ body: command(world), key: Buffer.alloc(32) }) },
  })),
  'a sound token, and a signature too old': carrying((sound, world) => ({
    headers: { ...bearer(sound), ...webhookHeaders({ body: command(world), at: secondsFromNow(-400) }) },
  })),
  'a sound token, and an empty signature': carrying((sound) => ({
    headers: { ...bearer(sound), 'webhook-signature': '' },
  })),
  'a sound signature, and an expired token': carrying((_, world) => ({
    headers: {
      ...webhookHeaders({ body: command(world) }),
      ...bearer(googleToken(world, { iat: secondsFromNow(-7200), exp: secondsFromNow(-60) })),
    },
  })),
  'a sound signature, and a token for another audience': carrying((_, world) => ({
    headers: {
      ...webhookHeaders({ body: command(world) }),
      ...bearer(googleToken(world, { aud: 'https://a.example' })),
    },
  })),
  'a sound signature, and a token without one': carrying((_, world) => ({
    headers: { ...webhookHeaders({ body: command(world) }), ...bearer(handedOn()) },
  })),
  'a sound signature, and Authorization that is no token': carrying((_, world) => ({
    headers: { ...webhookHeaders({ body: command(world) }), authorization: 'Bearer of bad news' },
  })),
  'a sound signature, and X-Serverless-Authorization that is no token': carrying((sound, world) => ({
    headers: { ...webhookHeaders({ body: command(world) }), ...bearer(sound), ...serverlessBearer('a.b.c') },
  })),
});

/** `CALLER_AUTH=verify` with one of the two ways in. */
export const ONE_WAY_ATTEMPTS: Attempt[] = [
  ...attempts('webhooksOnly', UNAUTHENTICATED, {
    'a sound token where no audience is set': carrying((sound) => ({ headers: bearer(sound) })),
    'a token without an audience where none is set': carrying((_, world) => ({
      headers: bearer(googleToken(world, { aud: undefined })),
    })),
    'a sound token beside a sound signature where no audience is set': carrying((sound, world) => ({
      headers: { ...bearer(sound), ...webhookHeaders({ body: command(world) }) },
    })),
  }),
  ...attempts('tokensOnly', UNAUTHENTICATED, {
    'a signature where no secret is set': (world) => ({
      headers: webhookHeaders({ body: command(world), secret: CURRENT_SECRET }),
      body: command(world),
    }),
    'a signature under an empty key where no secret is set': (world) => ({
      headers: webhookHeaders({ body: command(world), key: Buffer.alloc(0) }),
      body: command(world),
    }),
    'a sound token beside a signature where no secret is set': carrying((sound, world) => ({
      headers: { ...bearer(sound), ...webhookHeaders({ body: command(world) }) },
    })),
  }),
];
