import type { Delivery } from './delivery.ts';
import { type Headers, headerOf, recordedHeader } from './headers.ts';

/** Everything that is neither Pub/Sub nor Cloud Scheduler. A CloudEvent that comes here is of a type not served. */
export function webhookDelivery(headers: Headers, body: Buffer): Delivery {
  return {
    trigger: {
      type: 'WEBHOOK',
      deliveryId: recordedHeader(headers, 'webhook-id'),
      source: null,
      eventTime: null,
      deliveryAttempt: null,
    },
    payload: isCloudEvent(headers) ? { problem: OTHER_EVENT } : body,
  };
}

const OTHER_EVENT =
  'must be a CloudEvent of type google.cloud.pubsub.topic.v1.messagePublished, or no CloudEvent at all.';

function isCloudEvent(headers: Headers): boolean {
  if (headerOf(headers, 'ce-type') !== undefined) return true;
  return /^\s*application\/cloudevents/i.test(headerOf(headers, 'content-type') ?? '');
}
