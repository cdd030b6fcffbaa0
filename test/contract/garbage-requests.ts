import fc from 'fast-check';
import { bodies, names, values } from './garbage-commands.ts';

const headerValue = fc.oneof(
  fc.constantFrom(
    '',
    'true',
    '1',
    '1e300',
    '-1',
    'NaN',
    'gzip',
    'br',
    'identity',
    'utf-8',
    '%',
    ',',
    ';',
    'Bearer a.b.c',
  ),
  fc.constantFrom(
    'google.cloud.pubsub.topic.v1.messagePublished',
    'application/cloudevents+json',
    'application/json; charset=x',
  ),
  fc.constantFrom(
    '2026-11-22T10:15:00Z',
    '2026-02-31T23:59:59Z',
    '9999-12-31T23:59:59-23:59',
    '+275760-09-13T00:00:00.001Z',
    '0000-01-01T00:00:00Z',
  ),
  fc.constantFrom('::1', 'fe80::1%eth0', '999.1.1.1', '1.2.3.4, 5.6.7.8', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00`),
  fc.stringMatching(/^[\t\x20-\x7e]{0,600}$/),
  fc.stringMatching(/^[\t\x20-\x7e\x80-\xff]{0,100}$/),
);

const HEADERS = [
  'accept',
  'authorization',
  'ce-id',
  'ce-source',
  'ce-specversion',
  'ce-time',
  'ce-type',
  'content-encoding',
  'content-type',
  'cookie',
  'expect',
  'function-execution-id',
  'host',
  'origin',
  'te',
  'traceparent',
  'user-agent',
  'webhook-id',
  'webhook-signature',
  'webhook-timestamp',
  'x-cloud-trace-context',
  'x-cloudscheduler',
  'x-cloudscheduler-jobname',
  'x-cloudscheduler-scheduletime',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-goog-pubsub-delivery-attempt',
  'x-goog-pubsub-message-id',
  'x-goog-pubsub-publish-time',
  'x-goog-pubsub-subscription-name',
  'x-http-method-override',
  'x-serverless-authorization',
];

/** The marks of each caller, of which others are put in place of some. */
const marks = fc.constantFrom(
  {},
  { 'x-goog-pubsub-message-id': '7', 'x-goog-pubsub-subscription-name': 'projects/p/subscriptions/s' },
  {
    'x-cloudscheduler': 'true',
    'x-cloudscheduler-jobname': 'job',
    'x-cloudscheduler-scheduletime': '2026-11-22T10:15:00Z',
  },
  { 'ce-type': 'google.cloud.pubsub.topic.v1.messagePublished', 'ce-id': '7' },
);

/** Headers that mean something to the function, the framework, Node.js or Google, with any value that HTTP can carry. */
export const headers = fc
  .tuple(marks, fc.dictionary(fc.constantFrom(...HEADERS), headerValue, { maxKeys: 6 }))
  .map(([mark, others]) => ({ ...mark, ...others }));

/** Paths that HTTP can carry. */
export const paths = fc.stringMatching(/^\/[\x21-\x7e]{0,60}$/);

const data = fc.oneof(
  bodies.map((body) => body.toString('base64')),
  fc.string({ maxLength: 100 }),
  names.map((name) => Buffer.from(name).toString('base64')),
  values,
);

const time = fc.constantFrom('2026-11-22T10:15:00Z', '2026-02-31T23:59:59Z', '9999-12-31T23:59:59-23:59');
const noted = fc.oneof(fc.string({ unit: 'binary', maxLength: 700 }), time, values);

const message = fc.record(
  {
    data,
    messageId: noted,
    message_id: noted,
    publishTime: noted,
    publish_time: noted,
    attributes: values,
    orderingKey: noted,
  },
  { requiredKeys: [] },
);

/** Push bodies: always with what makes them one, never with all of it right. */
export const envelopes = fc.record(
  { message: fc.oneof(message, message, values), subscription: noted, deliveryAttempt: values },
  { requiredKeys: ['message', 'subscription'] },
);
