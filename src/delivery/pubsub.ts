import * as z from 'zod/mini';
import { parseJson } from '../terms/json.ts';
import { boundedOrNull } from '../terms/text.ts';
import { timestamp } from '../terms/timestamp.ts';
import type { Delivery, Trigger } from './delivery.ts';
import { type Headers, headerOf, recordedHeader } from './headers.ts';

/** Skips a byte order mark. */
const utf8 = new TextDecoder();

const MESSAGE_PUBLISHED = 'google.cloud.pubsub.topic.v1.messagePublished';

/** What is only recorded must not refuse a message: a field of another type counts as missing. */
const noted = z.catch(z.optional(z.string()), undefined);

/** A push body: google.pubsub.v1.PubsubMessage in JSON, with the spellings of both generations, in its envelope. */
const pushBody = z.object({
  message: z.catch(
    z.optional(
      z.object({
        data: z.optional(z.unknown()),
        messageId: noted,
        message_id: noted,
        publishTime: noted,
        publish_time: noted,
      }),
    ),
    undefined,
  ),
  subscription: noted,
  deliveryAttempt: z.catch(z.optional(z.int()), undefined),
});

const structuredEvent = z.object({
  type: z.literal(MESSAGE_PUBLISHED),
  id: noted,
  source: noted,
  time: noted,
  data: z.optional(z.unknown()),
});

/** What a CloudEvent says of itself. */
type Event = { id: string | null; source: string | null; time: string | null };

/**
 * A message that Pub/Sub pushes, undefined where the request is none. It comes as a CloudEvent in binary or structured
 * mode, wrapped in a push body, or unwrapped with its metadata in headers.
 */
export function pubsubDelivery(headers: Headers, body: Buffer): Delivery | undefined {
  // Without a body, as on the first look at every request, parsing would only throw.
  const content = body.length === 0 ? undefined : parseJson(utf8.decode(body));
  if (headerOf(headers, 'ce-type') === MESSAGE_PUBLISHED) return wrapped(content, binaryEvent(headers));
  if (/^\s*application\/cloudevents\+json/i.test(headerOf(headers, 'content-type') ?? '')) {
    const { data: event } = structuredEvent.safeParse(content);
    if (event !== undefined) return wrapped(event.data, recordedEvent(event));
  }
  if (isEnvelope(content)) return wrapped(content, undefined);
  return headerOf(headers, 'x-goog-pubsub-message-id') === undefined ? undefined : unwrapped(headers, body);
}

function wrapped(content: unknown, event: Event | undefined): Delivery {
  const { data: push } = pushBody.safeParse(content);
  const { message } = push ?? {};
  const trigger: Trigger = {
    type: 'PUBSUB',
    deliveryId: boundedOrNull(message?.messageId ?? message?.message_id, 256) ?? event?.id ?? null,
    source: event === undefined ? boundedOrNull(push?.subscription, 512) : event.source,
    eventTime: timestamp(message?.publishTime ?? message?.publish_time) ?? event?.time ?? null,
    deliveryAttempt: push?.deliveryAttempt ?? null,
  };
  return { trigger, payload: message === undefined ? { problem: NO_MESSAGE } : decode(message.data ?? '') };
}

const NO_MESSAGE = 'must be a Pub/Sub push body: a message object with its data in base64, and a subscription.';
const NO_DATA = 'must have data: the message carries attributes only.';
const BAD_BASE64 = 'must have its data in base64.';

/** Data in base64 as google.protobuf's JSON mapping writes it, turned into bytes. */
function decode(data: unknown): Delivery['payload'] {
  if (data === '') return { problem: NO_DATA };
  if (typeof data !== 'string' || data.length % 4 !== 0) return { problem: BAD_BASE64 };
  return /^[A-Za-z0-9+/]+={0,2}$/.test(data) ? Buffer.from(data, 'base64') : { problem: BAD_BASE64 };
}

function unwrapped(headers: Headers, body: Buffer): Delivery {
  const attempt = headerOf(headers, 'x-goog-pubsub-delivery-attempt') ?? '';
  const trigger: Trigger = {
    type: 'PUBSUB',
    deliveryId: recordedHeader(headers, 'x-goog-pubsub-message-id'),
    source: recordedHeader(headers, 'x-goog-pubsub-subscription-name', 512),
    eventTime: timestamp(headerOf(headers, 'x-goog-pubsub-publish-time')),
    deliveryAttempt: /^\d{1,9}$/.test(attempt) ? Number(attempt) : null,
  };
  return { trigger, payload: body.length === 0 ? { problem: NO_DATA } : body };
}

function binaryEvent(headers: Headers): Event {
  return recordedEvent({
    id: headerOf(headers, 'ce-id'),
    source: headerOf(headers, 'ce-source'),
    time: headerOf(headers, 'ce-time'),
  });
}

function recordedEvent(event: { [key in keyof Event]?: string | undefined }): Event {
  return {
    id: boundedOrNull(event.id, 256),
    source: boundedOrNull(event.source, 512),
    time: timestamp(event.time),
  };
}

function isEnvelope(content: unknown): boolean {
  return typeof content === 'object' && content !== null && 'message' in content && 'subscription' in content;
}
