import { Agent } from 'node:http';
import { setTimeout as timeout } from 'node:timers/promises';
import { type Delivery, deliverUntilDone } from './deliver-until-done.ts';
import { backoffMs, type PubSubOptions, seeded } from './options.ts';
import { boundOutstanding } from './outstanding.ts';
import { push } from './push.ts';
import { type DeliveryRequest, deliveryRequest, type PubsubMessage } from './shapes.ts';
import { type Statistics, startTally } from './statistics.ts';

/** What is published; Pub/Sub wants data or attributes. `publishTime` (RFC 3339) is now unless given. */
export type Publication = Omit<PubsubMessage, 'messageId'>;

export interface PubSub extends AsyncDisposable {
  /** Where the next deliveries go. Setting it throws for what is not an `http:` URL. */
  pushEndpoint: string;
  /** Publishes a message, which is pushed at once; returns its id. Throws where no request can be made of it. */
  publish(publication: Publication): string;
  /** Resolves when every message is acknowledged or dead-lettered; rejects after `withinMs` (default 60 s). */
  drained(bound?: { readonly withinMs: number }): Promise<void>;
  /** The figures as they stand. */
  readonly statistics: Statistics;
  /** The finished attempts of a message, oldest first. Throws for an id that was never published. */
  deliveries(messageId: string): readonly Delivery[];
  /** Ends every request and pause; nothing is delivered afterwards. */
  close(): Promise<void>;
}

// The id of Google's documented example. Ids need to be unique within a topic only.
const FIRST_MESSAGE_ID = 2_070_443_601_311_540;

/**
 * Starts a stand-in for one push subscription: it posts each published message to the endpoint until it is acknowledged
 * (or dead-lettered), with Pub/Sub's acknowledging statuses, back-off and slow start. Ordering keys are passed on but
 * order nothing. Runs in this process and listens on nothing.
 */
export function startPubSub(options: PubSubOptions): PubSub {
  const { maxOutstanding = 100, ackDeadlineMs = 10_000, minimumBackoffMs = 10, maximumBackoffMs = 600 } = options;
  const { sleep = pause, now = Date.now, duplicates = { share: 0, seed: 0 } } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: maxOutstanding });
  const closing = new AbortController();
  const outstanding = boundOutstanding(maxOutstanding, options.slowStart ?? true);
  const tally = startTally();
  const random = seeded(duplicates.seed);
  const messages = new Map<string, Delivery[]>();
  const underWay = new Set<Promise<void>>();
  const idle = new Set<PromiseWithResolvers<void>>();
  const failures: unknown[] = [];
  let pushEndpoint = checked(options.pushEndpoint);

  const pushSettings = { agent, ackDeadlineMs, signal: closing.signal };
  const means = {
    backOff: (attempt: number) => sleep(backoffMs(attempt, minimumBackoffMs, maximumBackoffMs), closing.signal),
    outstanding,
    tally,
    closing: closing.signal,
    maxDeliveryAttempts: options.maxDeliveryAttempts ?? Number.POSITIVE_INFINITY,
  };

  async function run(message: PubsubMessage, deliveries: Delivery[]): Promise<void> {
    const post = (attempt: number) => push(pushEndpoint, requestOf(options, message, attempt), pushSettings);
    try {
      await deliverUntilDone(deliveries, random() < duplicates.share, { ...means, post });
      if (tally.unacknowledged === 0) for (const { resolve } of idle) resolve();
    } catch (error) {
      if (closing.signal.aborted) return;
      failures.push(error);
      for (const { reject } of idle) reject(error);
    }
  }

  function figures(): Statistics {
    return tally.figures(outstanding);
  }

  async function close(): Promise<void> {
    closing.abort();
    for (const { reject } of idle) reject(new Error(`closed with messages left: ${JSON.stringify(figures())}`));
    await Promise.all(underWay);
    agent.destroy();
  }

  return {
    get pushEndpoint() {
      return pushEndpoint;
    },
    set pushEndpoint(endpoint) {
      pushEndpoint = checked(endpoint);
    },
    publish(publication) {
      const messageId = String(FIRST_MESSAGE_ID + messages.size);
      const message = { publishTime: new Date(now()).toISOString(), ...publication, messageId };
      requestOf(options, message, 1);
      const deliveries: Delivery[] = [];
      messages.set(messageId, deliveries);
      tally.count('published');
      const running = run(message, deliveries).finally(() => underWay.delete(running));
      underWay.add(running);
      return messageId;
    },
    async drained({ withinMs } = { withinMs: 60_000 }) {
      if (failures.length > 0) throw failures[0];
      if (tally.unacknowledged === 0) return;
      const waiter = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        waiter.reject(new Error(`not drained within ${withinMs} ms: ${JSON.stringify(figures())}`));
      }, withinMs);
      idle.add(waiter);
      try {
        await waiter.promise;
      } finally {
        clearTimeout(timer);
        idle.delete(waiter);
      }
    },
    get statistics() {
      return figures();
    },
    deliveries(messageId) {
      const deliveries = messages.get(messageId);
      if (deliveries === undefined) throw new RangeError(`no message ${messageId} was published`);
      return [...deliveries];
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function requestOf(options: PubSubOptions, message: PubsubMessage, attempt: number): DeliveryRequest {
  const { shape = 'wrapped', subscription, topic, maxDeliveryAttempts } = options;
  const names = {
    name: subscription ?? 'projects/acme-data/subscriptions/cancel',
    topic: topic ?? 'projects/acme-data/topics/cancel',
  };
  const shown = maxDeliveryAttempts === undefined ? undefined : attempt;
  const { headers, body } = deliveryRequest(shape, message, names, shown);
  return { headers: { ...headers, ...options.headers }, body };
}

function checked(endpoint: string): string {
  if (new URL(endpoint).protocol !== 'http:') throw new TypeError(`not an http: URL: ${endpoint}`);
  return endpoint;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await timeout(ms, undefined, { signal });
}
