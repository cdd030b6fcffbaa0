import { type Attempt, attempts, UNAUTHENTICATED } from './attempt.ts';
import type { Sent } from './post.ts';
import {
  bearer,
  handedOn,
  PRINCIPAL,
  segment,
  serverlessBearer,
  signedBy,
  stranger,
  timedClaims,
  webhookHeaders,
} from './proofs.ts';
import { command, googleToken, type World } from './world.ts';

function headers(make: (world: World) => NonNullable<Sent['headers']>): (world: World) => Sent {
  return (world) => ({ headers: make(world), body: command(world) });
}

function pushBody(world: World): string {
  const data = Buffer.from(command(world)).toString('base64');
  const message = { data, messageId: '1', publishTime: new Date().toISOString() };
  return JSON.stringify({ message, subscription: 'projects/acme-data/subscriptions/cancel' });
}

const EVENT = {
  'ce-type': 'google.cloud.pubsub.topic.v1.messagePublished',
  'ce-id': '1',
  'ce-source': '//pubsub.googleapis.com/projects/acme-data/topics/cancel',
  'ce-specversion': '1.0',
};

const SCHEDULER = {
  'user-agent': 'Google-Cloud-Scheduler',
  'x-cloudscheduler': 'true',
  'x-cloudscheduler-jobname': 'sweep',
  'x-cloudscheduler-scheduletime': '2026-11-22T03:00:00Z',
};

const UNWRAPPED = {
  'user-agent': 'CloudPubSub-Google',
  'x-goog-pubsub-message-id': '1',
  'x-goog-pubsub-subscription-name': 'projects/acme-data/subscriptions/cancel',
  'x-goog-pubsub-publish-time': '2026-11-22T10:15:00Z',
};

/** Whatever is on a request beside a token or a signature: a publisher or anybody else can put it there. */
const FORGED: Readonly<Record<string, (world: World) => Sent>> = {
  'the headers of Cloud Scheduler': headers(() => SCHEDULER),
  'the headers of an unwrapped push': headers(() => UNWRAPPED),
  'the headers and the body of an Eventarc trigger': (world) => ({ headers: EVENT, body: pushBody(world) }),
  'a structured CloudEvent': (world) => ({
    headers: { 'content-type': 'application/cloudevents+json' },
    body: `{"type": "${EVENT['ce-type']}", "id": "1", "source": "s", "specversion": "1.0", "data": ${pushBody(world)}}`,
  }),
  'a push body': (world) => ({ body: pushBody(world) }),
  'a push body for a message that is too old': (world) => ({
    body: pushBody(world).replace(/"publishTime":"[^"]+"/, '"publishTime":"2020-01-01T00:00:00Z"'),
  }),
  'a push body without a message': () => ({ body: '{"message": {}, "subscription": "s"}' }),
  'the headers of an unwrapped push around a body that does not inflate': (world) => ({
    headers: { ...UNWRAPPED, 'content-encoding': 'gzip' },
    body: command(world),
  }),
  'a body that does not inflate': (world) => ({ headers: { 'content-encoding': 'gzip' }, body: command(world) }),
  'a body of an unknown encoding': (world) => ({ headers: { 'content-encoding': 'zstd' }, body: command(world) }),
  'no body': () => ({}),
  'a body that is no command': () => ({ body: '{"name": 1' }),
  'who the caller is, as a proxy says': headers(() => ({
    'x-goog-authenticated-user-email': `accounts.google.com:${PRINCIPAL}`,
    'x-goog-iap-jwt-assertion': handedOn(),
    'x-apigateway-api-userinfo': segment(timedClaims()),
    'x-endpoint-api-userinfo': segment(timedClaims()),
    'x-forwarded-user': PRINCIPAL,
    'x-remote-user': PRINCIPAL,
  })),
  'loopback in X-Forwarded-For': headers(() => ({ 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' })),
  'another host': headers(() => ({ host: 'localhost', 'x-forwarded-host': 'localhost', 'x-forwarded-proto': 'https' })),
  'what only Google sends, in one request': (world) => ({
    headers: { ...SCHEDULER, ...UNWRAPPED, ...EVENT, 'x-appengine-cron': 'true', 'x-google-internal': 'true' },
    body: command(world),
  }),
};

/** `CALLER_AUTH=verify`: the same headers are no proof there either. */
export const FORGED_HEADER_ATTEMPTS: Attempt[] = attempts('verify', UNAUTHENTICATED, FORGED);

/** `CALLER_AUTH=iam` on Cloud Run, where nobody has checked the caller: the service was made public by mistake. */
export const CLOUD_RUN_ATTEMPTS: Attempt[] = attempts('exposed', UNAUTHENTICATED, {
  'no token': headers(() => ({})),
  'a token that is sound and whole, which Cloud Run has not checked': headers((world) => bearer(googleToken(world))),
  'the same in X-Serverless-Authorization': headers((world) => serverlessBearer(googleToken(world))),
  "a whole token of a stranger's": headers(() => bearer(signedBy(stranger.privateKey, { kid: '1' }, timedClaims()))),
  'an empty signature': headers(() => bearer(handedOn({}, ''))),
  'alg none': headers(() => bearer(`${segment({ alg: 'none' })}.${segment(timedClaims())}.`)),
  'the mark of a checked token in small letters': headers(() => bearer(handedOn({}, 'signature_removed_by_google'))),
  'more behind the mark': headers(() => bearer(handedOn({}, 'SIGNATURE_REMOVED_BY_GOOGLE_TOO'))),
  'the mark as a fourth part': headers(() => bearer(handedOn({}, 'c2ln.SIGNATURE_REMOVED_BY_GOOGLE'))),
  'a fourth part behind the mark': headers(() => bearer(`${handedOn()}.c2ln`)),
  'the mark in base64': headers(() =>
    bearer(handedOn({}, Buffer.from('SIGNATURE_REMOVED_BY_GOOGLE').toString('base64'))),
  ),
  'the mark alone': headers(() => bearer('SIGNATURE_REMOVED_BY_GOOGLE')),
  'the mark behind nothing': headers(() => bearer('..SIGNATURE_REMOVED_BY_GOOGLE')),
  'the mark behind claims that are no JSON': headers(() => bearer('e30.bm90LWpzb24.SIGNATURE_REMOVED_BY_GOOGLE')),
  'the mark behind claims that name nobody': headers(() => bearer(handedOn({ sub: undefined, email: undefined }))),
  'the mark in Authorization behind a whole token in X-Serverless-Authorization': headers((world) => ({
    ...bearer(handedOn()),
    ...serverlessBearer(googleToken(world)),
  })),
  'the mark in Authorization behind an empty X-Serverless-Authorization': headers(() => ({
    ...bearer(handedOn()),
    'x-serverless-authorization': '',
  })),
  'the mark in Authorization of scheme Basic': headers(() => ({ authorization: `Basic ${handedOn()}` })),
  'the mark in a trailer': (world) => ({
    headers: { trailer: 'authorization' },
    trailers: bearer(handedOn()),
    body: command(world),
  }),
  'a sound webhook signature, which counts with verify only': (world) => ({
    headers: webhookHeaders({ body: command(world) }),
    body: command(world),
  }),
  ...FORGED,
  'a path that a health check may have': (world) => ({ path: '/healthz', body: command(world) }),
  'a path that cannot be decoded': (world) => ({ path: '/%E0%A4%A', body: command(world) }),
  'a path that the framework answers by itself': (world) => ({ path: '/robots.txt', body: command(world) }),
});

/** Methods that are not POST are answered without a record. */
export const METHOD_ATTEMPTS: Attempt[] = ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => ({
  attempt: `a command by ${method}, with POST in X-HTTP-Method-Override`,
  at: 'open',
  request: (world) => ({
    method,
    headers: { 'x-http-method-override': 'POST' },
    path: `/?name=${world.operation}`,
    body: command(world),
  }),
  expected: { http: 405, outcome: null },
}));
