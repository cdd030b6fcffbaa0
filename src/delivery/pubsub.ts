import * as z from 'zod/mini';
import { boundedJson } from '../terms/json.ts';
import type { Reason } from '../terms/reason.ts';
import { boundedOrNull } from '../terms/text.ts';
import { timestamp } from '../terms/timestamp.ts';
import type { Delivery, Trigger } from './delivery.ts';
import { type Headers, headerOf, recordedHeader } from './headers.ts';

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

/** A CloudEvent in structured mode. Source: CloudEvents 1.0, JSON event format. */
const structuredEvent = z.object({
  type: z.literal(MESSAGE_PUBLISHED),
  id: noted,
  source: noted,
  time: noted,
  data: z.optional(z.unknown()),
  data_base64: noted,
});

/** What a CloudEvent says of itself. */
type Event = { id: string | null; source: string | null; time: string | null };

/**
 * A message that Pub/Sub pushes, undefined where the request is none. It comes as a CloudEvent in binary or structured
 * mode, wrapped in a push body, or unwrapped with its metadata in headers.
 */
export function pubsubDelivery(headers: Headers, body: Buffer): Delivery | undefined {
  if (eventHeader(headers, 'type') === MESSAGE_PUBLISHED) return wrapped(jsonOf(body), binaryEvent(headers));
  if (/^\s*application\/cloudevents\+json/i.test(headerOf(headers, 'content-type') ?? '')) {
    const { data: event } = structuredEvent.safeParse(jsonOf(body));
    if (event !== undefined) return wrapped(event.data ?? fromBase64(event.data_base64), recordedEvent(event));
  }
  if (looksWrapped(body)) {
    const content = jsonOf(body);
    if (isEnvelope(content)) return wrapped(content, undefined);
  }
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
  return { trigger, payload: message === undefined ? 'PUSH_MALFORMED' : dataOf(message.data ?? '') };
}

function dataOf(data: unknown): Buffer | Reason {
  if (data === '') return 'MESSAGE_DATA_MISSING';
  return (typeof data === 'string' ? decode(data) : undefined) ?? 'MESSAGE_DATA_MALFORMED';
}

/** Base64 as proto3's JSON mapping reads it: either alphabet, with or without padding. Undefined where it is none. */
function decode(text: string): Buffer | undefined {
  const [, digits = '', padding = ''] = /^([A-Za-z0-9+/_-]+)(={0,2})$/.exec(text) ?? [];
  const whole = digits.length % 4 !== 1 && (padding === '' || text.length % 4 === 0);
  return digits !== '' && whole ? Buffer.from(digits, 'base64') : undefined;
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
  return { trigger, payload: body.length === 0 ? 'MESSAGE_DATA_MISSING' : body };
}

function binaryEvent(headers: Headers): Event {
  return recordedEvent({
    id: eventHeader(headers, 'id'),
    source: eventHeader(headers, 'source'),
    time: eventHeader(headers, 'time'),
  });
}

/** An attribute of a CloudEvent in binary mode, percent-decoded where it is well encoded (CloudEvents 1.0, HTTP binding). */
function eventHeader(headers: Headers, attribute: string): string | undefined {
  const value = headerOf(headers, `ce-${attribute}`);
  if (value === undefined || !value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function recordedEvent(event: { [key in keyof Event]?: string | undefined }): Event {
  return {
    id: boundedOrNull(event.id, 256),
    source: boundedOrNull(event.source, 512),
    time: timestamp(event.time),
  };
}

/** Whether a body may be a push body; most are not, and need not be parsed to see it. */
function looksWrapped(body: Buffer): boolean {
  return body.includes('"message"') && body.includes('"subscription"');
}

function isEnvelope(content: unknown): boolean {
  return typeof content === 'object' && content !== null && 'message' in content && 'subscription' in content;
}

/** The JSON of bytes, a byte order mark skipped; undefined where it is none, or more than is parsed. */
function jsonOf(body: Buffer): unknown {
  const read = boundedJson(new TextDecoder().decode(body));
  return read.kind === 'value' ? read.value : undefined;
}

function fromBase64(text: string | undefined): unknown {
  const bytes = text === undefined ? undefined : decode(text);
  return bytes === undefined ? undefined : jsonOf(bytes);
}
