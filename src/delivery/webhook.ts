import type { Delivery } from './delivery.ts';
import { type Headers, headerOf, recordedHeader } from './headers.ts';

/** Everything that is neither Pub/Sub nor Cloud Scheduler. A CloudEvent that comes here is of a type not served. */
export function webhookDelivery(headers: Headers, body: Buffer): Delivery {
  const delivery = signedDelivery(headers, body);
  return isCloudEvent(headers) ? { ...delivery, payload: 'EVENT_TYPE_UNSUPPORTED' } : delivery;
}

/** A webhook that is known by its signature alone: nothing that is not signed says what it is. */
export function signedDelivery(headers: Headers, body: Buffer): Delivery {
  const deliveryId = recordedHeader(headers, 'webhook-id');
  return {
    trigger: { type: 'WEBHOOK', deliveryId, source: null, eventTime: null, deliveryAttempt: null },
    payload: body,
  };
}

function isCloudEvent(headers: Headers): boolean {
  if (headerOf(headers, 'ce-type') !== undefined) return true;
  return /^\s*application\/cloudevents/i.test(headerOf(headers, 'content-type') ?? '');
}
