import { validateHeaderName, validateHeaderValue } from 'node:http';

/** The four ways in which a Pub/Sub message reaches an HTTP endpoint. */
export const SHAPES = ['wrapped', 'unwrapped', 'cloudEventBinary', 'cloudEventStructured'] as const;
export type Shape = (typeof SHAPES)[number];

/** A published message; without data it must have attributes, without a publish time it is of no known age. */
export interface PubsubMessage {
  readonly messageId: string;
  readonly data?: string | Uint8Array;
  readonly attributes?: Readonly<Record<string, string>>;
  /** RFC 3339. */
  readonly publishTime?: string;
  readonly orderingKey?: string;
}

/** Full resource names: `projects/P/subscriptions/S` and `projects/P/topics/T`. */
export interface Subscription {
  readonly name: string;
  readonly topic: string;
}

/** What is posted to the push endpoint; header names are in lower case. */
export interface DeliveryRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const MESSAGE_PUBLISHED = 'google.cloud.pubsub.topic.v1.messagePublished';
const PUSH_USER_AGENT = 'CloudPubSub-Google';
const EVENTARC_USER_AGENT = 'APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)';

// They frame the request or belong to the connection. Google's emulator drops them from attributes too.
const CONNECTION_HEADERS = new Set([
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Makes the request that delivers a message in one of the four shapes. `deliveryAttempt` (from 1) is written into the
 * envelope, which Pub/Sub does only under a dead-letter policy; an unwrapped push has no place for it.
 * Throws Node's own error for an attribute that cannot be a header of an unwrapped push.
 */
export function deliveryRequest(
  shape: Shape,
  message: PubsubMessage,
  subscription: Subscription,
  deliveryAttempt?: number,
): DeliveryRequest {
  switch (shape) {
    case 'wrapped': {
      const headers = { 'user-agent': PUSH_USER_AGENT, 'content-type': 'application/json' };
      return { headers, body: json(envelope(message, subscription, deliveryAttempt)) };
    }
    case 'unwrapped':
      return { headers: unwrappedHeaders(message, subscription), body: bytes(message.data) };
    case 'cloudEventBinary':
      return {
        headers: {
          'user-agent': EVENTARC_USER_AGENT,
          'content-type': 'application/json; charset=utf-8',
          ...prefixed('ce-', cloudEvent(message, subscription)),
        },
        body: json(envelope(message, subscription, deliveryAttempt)),
      };
    case 'cloudEventStructured':
      return {
        headers: { 'user-agent': EVENTARC_USER_AGENT, 'content-type': 'application/cloudevents+json; charset=utf-8' },
        body: json({
          ...cloudEvent(message, subscription),
          datacontenttype: 'application/json',
          data: envelope(message, subscription, deliveryAttempt),
        }),
      };
  }
}

function envelope(message: PubsubMessage, subscription: Subscription, deliveryAttempt?: number): object {
  const { messageId, publishTime, attributes = {}, orderingKey } = message;
  const data = bytes(message.data);
  return {
    message: {
      ...(data.length > 0 && { data: data.toString('base64') }),
      ...(Object.keys(attributes).length > 0 && { attributes }),
      messageId,
      message_id: messageId,
      ...(publishTime !== undefined && { publishTime, publish_time: publishTime }),
      ...(orderingKey !== undefined && { orderingKey }),
    },
    subscription: subscription.name,
    ...(deliveryAttempt !== undefined && { deliveryAttempt }),
  };
}

function cloudEvent(message: PubsubMessage, subscription: Subscription): Record<string, string> {
  return {
    specversion: '1.0',
    type: MESSAGE_PUBLISHED,
    source: `//pubsub.googleapis.com/${subscription.topic}`,
    id: message.messageId,
    ...(message.publishTime !== undefined && { time: message.publishTime }),
  };
}

// Metadata stands last: measured with Google's emulator, it wins over an attribute of the same name in any case,
// while every other attribute, `authorization` and `content-encoding` among them, goes through as it is.
function unwrappedHeaders(message: PubsubMessage, subscription: Subscription): Record<string, string> {
  const metadata = {
    'subscription-name': subscription.name,
    'message-id': message.messageId,
    ...(message.publishTime !== undefined && { 'publish-time': message.publishTime }),
    ...(message.orderingKey !== undefined && { 'ordering-key': message.orderingKey }),
  };
  return {
    'user-agent': PUSH_USER_AGENT,
    'content-type': 'application/x-www-form-urlencoded',
    ...attributeHeaders(message.attributes ?? {}),
    ...prefixed('x-goog-pubsub-', metadata),
  };
}

function attributeHeaders(attributes: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [key, value] of Object.entries(attributes)) {
    const name = key.toLowerCase();
    if (CONNECTION_HEADERS.has(name)) continue;
    // Node writes headers as Latin-1; this way the value leaves as UTF-8, as Google's emulator sends it.
    const encoded = Buffer.from(value).toString('latin1');
    validateHeaderName(name);
    validateHeaderValue(name, encoded);
    headers[name] = encoded;
  }
  return headers;
}

function prefixed(prefix: string, fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [prefix + name, value]));
}

function bytes(data: string | Uint8Array = ''): Buffer {
  return typeof data === 'string' ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
