import { refusal } from '../terms/refusal.ts';
import type { Delivery } from './delivery.ts';
import type { Headers } from './headers.ts';
import { pubsubDelivery } from './pubsub.ts';
import { schedulerDelivery } from './scheduler.ts';
import { signedDelivery, webhookDelivery } from './webhook.ts';

/** Most bytes of a command, taken out of its envelope. */
export const MOST_PAYLOAD_BYTES = 64 * 1024;

/** Most bytes of a body: a Pub/Sub envelope with 100 attributes at their largest around a command. */
export const MOST_BODY_BYTES = 512 * 1024;

/**
 * Tells by what is on a request who calls, and takes the payload out of its envelope. Nothing here decides trust:
 * a publisher can forge every header of an unwrapped push.
 *
 * @param body empty where only the headers are to tell
 * @param bySignatureAlone whether a signature is all that the caller is known by, which no header is part of
 */
export function recognize(headers: Headers, body: Buffer, bySignatureAlone: boolean): Delivery {
  if (bySignatureAlone) return signedDelivery(headers, body);
  return pubsubDelivery(headers, body) ?? schedulerDelivery(headers, body) ?? webhookDelivery(headers, body);
}

/** The bytes of a command. @throws {Refusal} INVALID where what is around it is malformed, or it is too large */
export function checkPayload(payload: Delivery['payload']): Buffer {
  if (typeof payload === 'string') throw refusal(payload);
  if (payload.length > MOST_PAYLOAD_BYTES) throw refusal('PAYLOAD_TOO_LARGE');
  return payload;
}
