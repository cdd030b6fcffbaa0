import type { DeliveryRequest } from './shapes.ts';

/** The JSON of a push body, and the data of a CloudEvent of type messagePublished. */
interface Envelope {
  readonly subscription: string;
  readonly deliveryAttempt?: number;
  readonly message: {
    readonly '@type'?: string;
    readonly attributes?: Readonly<Record<string, string>>;
    /** Base64. */
    readonly data?: string;
    readonly messageId: string;
    readonly message_id?: string;
    readonly publishTime?: string;
    readonly publish_time?: string;
    readonly orderingKey?: string;
  };
}

/** A CloudEvent in structured mode. */
interface StructuredEvent {
  readonly specversion: string;
  readonly type: string;
  readonly source: string;
  readonly id: string;
  readonly time: string;
  readonly datacontenttype: string;
  readonly data: Envelope;
}

interface Described {
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What a record has to say of it, as long as the publish time is not swapped. */
  readonly trigger: {
    readonly deliveryId: string;
    readonly source: string;
    readonly eventTime: string;
    readonly deliveryAttempt: number | null;
  };
}

/** A request typed in from Google's publications: a JSON envelope, the bare data, or an envelope within a CloudEvent. */
export type PublishedPayload =
  | (Described & { readonly kind: 'envelope'; readonly body: Envelope })
  | (Described & { readonly kind: 'raw'; readonly body: string })
  | (Described & { readonly kind: 'structured'; readonly body: StructuredEvent });

const pushHeaders = { 'content-type': 'application/json', 'user-agent': 'CloudPubSub-Google' };
const pushed = {
  data: 'SGVsbG8gQ2xvdWQgUHViL1N1YiEgSGVyZSBpcyBteSBtZXNzYWdlIQ==',
  messageId: '2070443601311540',
  message_id: '2070443601311540',
  publishTime: '2021-02-26T19:13:55.749Z',
  publish_time: '2021-02-26T19:13:55.749Z',
};
const pushSubscription = 'projects/myproject/subscriptions/mysubscription';
const pushTrigger = {
  deliveryId: pushed.messageId,
  source: pushSubscription,
  eventTime: pushed.publishTime,
  deliveryAttempt: null,
};
const unwrappedMetadata = {
  'user-agent': 'CloudPubSub-Google',
  'x-goog-pubsub-message-id': pushed.messageId,
  'x-goog-pubsub-publish-time': pushed.publishTime,
  'x-goog-pubsub-subscription-name': pushSubscription,
};
const emulatorsSubscription = 'projects/acme-data/subscriptions/wrapped';
const emulatorsTime = '2026-11-22T15:14:12.200Z';

// https://cloud.google.com/eventarc/docs/cloudevents, the headers of every event and those of Pub/Sub.
const eventarcHeaders = {
  'content-type': 'application/json; charset=utf-8',
  'ce-id': '1096434104173400',
  'ce-source': '//pubsub.googleapis.com/projects/my-project/topics/my-topic',
  'ce-specversion': '1.0',
  'ce-type': 'google.cloud.pubsub.topic.v1.messagePublished',
  'ce-time': '2020-12-20T13:37:33.647Z',
};
const event = { data: 'dGVzdCBtZXNzYWdlIDM=', messageId: 'message-id', publishTime: '2021-02-05T04:06:14.109Z' };
const eventTrigger = {
  deliveryId: event.messageId,
  source: eventarcHeaders['ce-source'],
  eventTime: event.publishTime,
  deliveryAttempt: null,
};

/** A binary CloudEvent about `message`. */
function binaryEvent(title: string, message: Partial<Envelope['message']>): PublishedPayload {
  return {
    title: `binary CloudEvent, ${title}`,
    kind: 'envelope',
    headers: eventarcHeaders,
    body: {
      subscription: 'projects/my-project/subscriptions/my-subscription',
      message: { '@type': 'type.googleapis.com/google.pubsub.v1.PubsubMessage', ...event, ...message },
    },
    trigger: eventTrigger,
  };
}

/** Requests as Google publishes and documents them, typed in as data. Each says where it comes from. */
export const PUBLISHED_PAYLOADS: readonly PublishedPayload[] = [
  // https://docs.cloud.google.com/pubsub/docs/push, the example with minimum values.
  {
    title: 'push body with the fewest fields',
    kind: 'envelope',
    headers: pushHeaders,
    body: { message: pushed, subscription: pushSubscription },
    trigger: pushTrigger,
  },
  // The same page, the example with maximum values.
  {
    title: 'push body with the most fields',
    kind: 'envelope',
    headers: pushHeaders,
    body: {
      deliveryAttempt: 5,
      message: { ...pushed, attributes: { key: 'value' }, orderingKey: 'key' },
      subscription: pushSubscription,
    },
    trigger: { ...pushTrigger, deliveryAttempt: 5 },
  },
  // Measured with Google's Pub/Sub emulator 0.8.20: empty data and empty attributes are written out.
  {
    title: "push body of Google's emulator",
    kind: 'envelope',
    headers: { ...pushHeaders, 'user-agent': 'Java/17.0.15' },
    body: {
      subscription: emulatorsSubscription,
      message: {
        publishTime: emulatorsTime,
        data: 'aGk=',
        publish_time: emulatorsTime,
        messageId: '3',
        attributes: {},
        message_id: '3',
      },
    },
    trigger: { deliveryId: '3', source: emulatorsSubscription, eventTime: emulatorsTime, deliveryAttempt: null },
  },
  // https://docs.cloud.google.com/pubsub/docs/payload-unwrapping: data, content type and ordering key are that page's,
  // with metadata written; id, time and subscription are those of the push page.
  {
    title: 'unwrapped push with a content type among the attributes',
    kind: 'raw',
    headers: { ...unwrappedMetadata, 'content-type': 'application/json', 'x-goog-pubsub-ordering-key': 'some-key' },
    body: '{"status": "Hello there"}',
    trigger: pushTrigger,
  },
  // The same from a publisher who declares no content type, as Google's Pub/Sub emulator 0.8.20 sends it (measured).
  {
    title: 'unwrapped push without a content type among the attributes',
    kind: 'raw',
    headers: { ...unwrappedMetadata, 'content-type': 'application/x-www-form-urlencoded' },
    body: '{"status": "Hello there"}',
    trigger: pushTrigger,
  },
  // googleapis/google-cloudevents at 6fda292, testdata/google/events/cloud/pubsub/v1/MessagePublishedData-text.json;
  // this and the next two are the data of an event, so they stand behind Eventarc's headers here.
  binaryEvent('MessagePublishedData-text', { attributes: { attr1: 'attr1-value' } }),
  // The same folder, MessagePublishedData-binary.json.
  binaryEvent('MessagePublishedData-binary', { data: 'AQIDBA==' }),
  // The same folder, MessagePublishedData-duplicatedFields.json.
  binaryEvent('MessagePublishedData-duplicatedFields', {
    data: 'AQIDBA==',
    message_id: event.messageId,
    publish_time: event.publishTime,
  }),
  // googleapis/google-cloudevents at 6fda292, examples/structured/pubsub/MessagePublishedData.json.
  {
    title: 'structured CloudEvent, MessagePublishedData',
    kind: 'structured',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: {
      data: {
        subscription: 'projects/test-project/subscriptions/my-subscription',
        message: { ...event, attributes: { attr1: 'attr1-value' }, orderingKey: 'ordering-key' },
      },
      datacontenttype: 'application/json',
      id: '3103425958877813',
      source: '//pubsub.googleapis.com/projects/test-project/topics/my-topic',
      specversion: '1.0',
      time: event.publishTime,
      type: 'google.cloud.pubsub.topic.v1.messagePublished',
    },
    trigger: { ...eventTrigger, source: '//pubsub.googleapis.com/projects/test-project/topics/my-topic' },
  },
];

/** What to put in place of what was published. */
export interface Swaps {
  /** The message's data, not yet in base64. */
  readonly data?: string | Uint8Array;
  /** RFC 3339. Those published are years old, which is more than the function takes by default. */
  readonly publishTime?: string;
}

/** Makes the request of a published payload, as it is or with another message in it. */
export function publishedRequest(payload: PublishedPayload, swaps: Swaps = {}): DeliveryRequest {
  const { publishTime } = swaps;
  const headers = { ...payload.headers };
  for (const name of ['ce-time', 'x-goog-pubsub-publish-time']) {
    if (publishTime !== undefined && name in headers) headers[name] = publishTime;
  }
  return { headers, body: Buffer.from(bodyOf(payload, swaps)) };
}

function bodyOf(payload: PublishedPayload, swaps: Swaps): string | Uint8Array {
  switch (payload.kind) {
    case 'raw':
      return swaps.data ?? payload.body;
    case 'envelope':
      return JSON.stringify(swapped(payload.body, swaps));
    case 'structured': {
      const { data, time, ...rest } = payload.body;
      return JSON.stringify({ ...rest, time: swaps.publishTime ?? time, data: swapped(data, swaps) });
    }
  }
}

function swapped(envelope: Envelope, { data, publishTime }: Swaps): Envelope {
  const { message } = envelope;
  return {
    ...envelope,
    message: {
      ...message,
      ...(data !== undefined && { data: Buffer.from(data).toString('base64') }),
      ...(publishTime !== undefined && { publishTime }),
      ...(publishTime !== undefined && message.publish_time !== undefined && { publish_time: publishTime }),
    },
  };
}
