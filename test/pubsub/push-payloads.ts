import type { PublishedPayload } from './payload-types.ts';

const PUSH_HEADERS = { 'content-type': 'application/json', 'user-agent': 'CloudPubSub-Google' };
const UNWRAPPED_METADATA = {
  'user-agent': 'CloudPubSub-Google',
  'x-goog-pubsub-message-id': '2070443601311540',
  'x-goog-pubsub-publish-time': '2021-02-26T19:13:55.749Z',
  'x-goog-pubsub-subscription-name': 'projects/myproject/subscriptions/mysubscription',
};
const TRIGGER = {
  deliveryId: '2070443601311540',
  source: 'projects/myproject/subscriptions/mysubscription',
  eventTime: '2021-02-26T19:13:55.749Z',
  deliveryAttempt: null,
};

/** Push requests, wrapped and unwrapped. */
export const PUSH_PAYLOADS: readonly PublishedPayload[] = [
  // https://docs.cloud.google.com/pubsub/docs/push, the example with minimum values.
  {
    title: 'push body with the fewest fields',
    kind: 'envelope',
    headers: PUSH_HEADERS,
    body: {
      message: {
        data: 'SGVsbG8gQ2xvdWQgUHViL1N1YiEgSGVyZSBpcyBteSBtZXNzYWdlIQ==',
        messageId: '2070443601311540',
        message_id: '2070443601311540',
        publishTime: '2021-02-26T19:13:55.749Z',
        publish_time: '2021-02-26T19:13:55.749Z',
      },
      subscription: 'projects/myproject/subscriptions/mysubscription',
    },
    trigger: TRIGGER,
  },
  // The same page, the example with maximum values.
  {
    title: 'push body with the most fields',
    kind: 'envelope',
    headers: PUSH_HEADERS,
    body: {
      deliveryAttempt: 5,
      message: {
        attributes: { key: 'value' },
        data: 'SGVsbG8gQ2xvdWQgUHViL1N1YiEgSGVyZSBpcyBteSBtZXNzYWdlIQ==',
        messageId: '2070443601311540',
        message_id: '2070443601311540',
        orderingKey: 'key',
        publishTime: '2021-02-26T19:13:55.749Z',
        publish_time: '2021-02-26T19:13:55.749Z',
      },
      subscription: 'projects/myproject/subscriptions/mysubscription',
    },
    trigger: { ...TRIGGER, deliveryAttempt: 5 },
  },
  // Measured with Google's Pub/Sub emulator 0.8.20: empty data and empty attributes are written out.
  {
    title: "push body of Google's emulator",
    kind: 'envelope',
    headers: { ...PUSH_HEADERS, 'user-agent': 'Java/17.0.15' },
    body: {
      subscription: 'projects/acme-data/subscriptions/wrapped',
      message: {
        publishTime: '2026-11-22T15:14:12.200Z',
        data: 'aGk=',
        publish_time: '2026-11-22T15:14:12.200Z',
        messageId: '3',
        attributes: {},
        message_id: '3',
      },
    },
    trigger: {
      deliveryId: '3',
      source: 'projects/acme-data/subscriptions/wrapped',
      eventTime: '2026-11-22T15:14:12.200Z',
      deliveryAttempt: null,
    },
  },
  // https://docs.cloud.google.com/pubsub/docs/payload-unwrapping: data, content type and ordering key are that page's,
  // with metadata written; id, time and subscription are those of the push page.
  {
    title: 'unwrapped push with a content type among the attributes',
    kind: 'raw',
    headers: { ...UNWRAPPED_METADATA, 'content-type': 'application/json', 'x-goog-pubsub-ordering-key': 'some-key' },
    body: '{"status": "Hello there"}',
    trigger: TRIGGER,
  },
  // The same from a publisher who declares no content type, as Google's Pub/Sub emulator 0.8.20 sends it (measured).
  {
    title: 'unwrapped push without a content type among the attributes',
    kind: 'raw',
    headers: { ...UNWRAPPED_METADATA, 'content-type': 'application/x-www-form-urlencoded' },
    body: '{"status": "Hello there"}',
    trigger: TRIGGER,
  },
];
