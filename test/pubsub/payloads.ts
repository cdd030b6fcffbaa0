import { CLOUD_EVENT_PAYLOADS } from './cloud-event-payloads.ts';
import type { Envelope, PublishedPayload } from './payload-types.ts';
import { PUSH_PAYLOADS } from './push-payloads.ts';
import type { DeliveryRequest } from './shapes.ts';

/** Requests as Google publishes and documents them, typed in as data. Each says where it comes from. */
export const PUBLISHED_PAYLOADS: readonly PublishedPayload[] = [...PUSH_PAYLOADS, ...CLOUD_EVENT_PAYLOADS];

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
  return { headers, body: Buffer.from(body(payload, swaps)) };
}

function body(payload: PublishedPayload, swaps: Swaps): string | Uint8Array {
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
