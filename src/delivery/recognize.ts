import { tooLarge } from '../terms/refusal.ts';
import type { Body } from './body.ts';
import type { Delivery } from './delivery.ts';
import type { Headers } from './headers.ts';
import { pubsubDelivery } from './pubsub.ts';
import { schedulerDelivery } from './scheduler.ts';
import { webhookDelivery } from './webhook.ts';

/** Most bytes of a command, taken out of its envelope. */
const MOST_PAYLOAD_BYTES = 64 * 1024;

/**
 * Tells by what is on a request who calls, and takes the payload out of its envelope. Nothing here decides trust:
 * a publisher can forge every header of an unwrapped push.
 */
export function recognizeDelivery(headers: Headers, { bytes, problem }: Body): Delivery {
  const delivery =
    pubsubDelivery(headers, bytes) ?? schedulerDelivery(headers, bytes) ?? webhookDelivery(headers, bytes);
  return problem === undefined ? delivery : { ...delivery, payload: { problem } };
}

/** Refuses a payload that is larger than a command may be; an envelope around it does not count. @throws {Refusal} INVALID */
export function checkPayloadSize(payload: Delivery['payload']): void {
  if (payload instanceof Buffer && payload.length > MOST_PAYLOAD_BYTES) throw tooLarge('a command has at most 64 KiB');
}
