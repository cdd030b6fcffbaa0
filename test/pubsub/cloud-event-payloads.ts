import type { PublishedPayload } from './payload-types.ts';

const PUBSUB_MESSAGE = 'type.googleapis.com/google.pubsub.v1.PubsubMessage';

// https://cloud.google.com/eventarc/docs/cloudevents, the headers of every event and those of Pub/Sub.
const EVENTARC_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'ce-id': '1096434104173400',
  'ce-source': '//pubsub.googleapis.com/projects/my-project/topics/my-topic',
  'ce-specversion': '1.0',
  'ce-type': 'google.cloud.pubsub.topic.v1.messagePublished',
  'ce-time': '2020-12-20T13:37:33.647Z',
};
const TRIGGER = {
  deliveryId: 'message-id',
  source: '//pubsub.googleapis.com/projects/my-project/topics/my-topic',
  eventTime: '2021-02-05T04:06:14.109Z',
  deliveryAttempt: null,
};

/** CloudEvents about published messages, in binary and in structured mode. Their event ids are not the message ids. */
export const CLOUD_EVENT_PAYLOADS: readonly PublishedPayload[] = [
  // googleapis/google-cloudevents at 6fda292, testdata/google/events/cloud/pubsub/v1/MessagePublishedData-text.json;
  // this and the next two are the data of an event, so they stand behind Eventarc's headers here.
  {
    title: 'binary CloudEvent, MessagePublishedData-text',
    kind: 'envelope',
    headers: EVENTARC_HEADERS,
    body: {
      subscription: 'projects/my-project/subscriptions/my-subscription',
      message: {
        '@type': PUBSUB_MESSAGE,
        attributes: { attr1: 'attr1-value' },
        data: 'dGVzdCBtZXNzYWdlIDM=',
        messageId: 'message-id',
        publishTime: '2021-02-05T04:06:14.109Z',
      },
    },
    trigger: TRIGGER,
  },
  // The same folder, MessagePublishedData-binary.json.
  {
    title: 'binary CloudEvent, MessagePublishedData-binary',
    kind: 'envelope',
    headers: EVENTARC_HEADERS,
    body: {
      subscription: 'projects/my-project/subscriptions/my-subscription',
      message: {
        '@type': PUBSUB_MESSAGE,
        data: 'AQIDBA==',
        messageId: 'message-id',
        publishTime: '2021-02-05T04:06:14.109Z',
      },
    },
    trigger: TRIGGER,
  },
  // The same folder, MessagePublishedData-duplicatedFields.json.
  {
    title: 'binary CloudEvent, MessagePublishedData-duplicatedFields',
    kind: 'envelope',
    headers: EVENTARC_HEADERS,
    body: {
      subscription: 'projects/my-project/subscriptions/my-subscription',
      message: {
        '@type': PUBSUB_MESSAGE,
        data: 'AQIDBA==',
        messageId: 'message-id',
        message_id: 'message-id',
        publishTime: '2021-02-05T04:06:14.109Z',
        publish_time: '2021-02-05T04:06:14.109Z',
      },
    },
    trigger: TRIGGER,
  },
  // googleapis/google-cloudevents at 6fda292, examples/structured/pubsub/MessagePublishedData.json.
  {
    title: 'structured CloudEvent, MessagePublishedData',
    kind: 'structured',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: {
      data: {
        subscription: 'projects/test-project/subscriptions/my-subscription',
        message: {
          attributes: { attr1: 'attr1-value' },
          data: 'dGVzdCBtZXNzYWdlIDM=',
          messageId: 'message-id',
          publishTime: '2021-02-05T04:06:14.109Z',
          orderingKey: 'ordering-key',
        },
      },
      datacontenttype: 'application/json',
      id: '3103425958877813',
      source: '//pubsub.googleapis.com/projects/test-project/topics/my-topic',
      specversion: '1.0',
      time: '2021-02-05T04:06:14.109Z',
      type: 'google.cloud.pubsub.topic.v1.messagePublished',
    },
    trigger: { ...TRIGGER, source: '//pubsub.googleapis.com/projects/test-project/topics/my-topic' },
  },
];
