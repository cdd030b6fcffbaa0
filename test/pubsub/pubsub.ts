import { Agent } from 'node:http';
import { setTimeout as timeout } from 'node:timers/promises';
import { boundOutstanding } from './outstanding.ts';
import { type Answer, acknowledges, push } from './push.ts';
import { type DeliveryRequest, deliveryRequest, type PubsubMessage, type Shape } from './shapes.ts';

/** Settings of the stand-in. Times are milliseconds. */
export interface PubSubOptions {
  /** Where messages are pushed, `http://…`; may be changed later. */
  readonly pushEndpoint: string;
  /** `projects/P/topics/T`. */
  readonly topic?: string;
  /** `projects/P/subscriptions/S`. */
  readonly subscription?: string;
  readonly shape?: Shape;
  /** Google's default, 10 s; it is also how long a request may take. */
  readonly ackDeadlineMs?: number;
  /** The pause after a message's first failure; default 10 ms, a thousandth of Google's. It doubles each time. */
  readonly minimumBackoffMs?: number;
  /** The longest pause; default 600 ms, a thousandth of Google's. */
  readonly maximumBackoffMs?: number;
  /** Pauses last a fraction, one in so many, of what they should, so that the figures of a real subscription can be given. */
  readonly timeCompression?: number;
  /** The most requests at once, default 100. */
  readonly maxOutstanding?: number;
  /** Begin with one request at once and adapt, as Pub/Sub does; default true. */
  readonly slowStart?: boolean;
  /** Dead-letter policy: given up after so many attempts, and the attempt is written into the envelope. */
  readonly maxDeliveryAttempts?: number;
  /** Added to every request, over what the shape says; such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** This share (0 to 1) of the messages has its first acknowledgement lost, so it comes once more. */
  readonly duplicates?: { readonly share: number; readonly seed: number };
  /** Milliseconds since the epoch, for publish times. */
  readonly now?: () => number;
  /** Waits out a pause; rejects when the signal is aborted. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What is published; Pub/Sub wants data or attributes. `publishTime` (RFC 3339) is now unless given. */
export type Publication = Omit<PubsubMessage, 'messageId'>;

/** One attempt to deliver a message, counted from 1. An acknowledgement that was lost on purpose counts as none. */
export interface Delivery extends Answer {
  readonly attempt: number;
  readonly acknowledged: boolean;
  /** The milliseconds of all pauses before it, as they would be without time compression. */
  readonly pausedMs: number;
}

/** Figures of a subscription so far. */
export interface Statistics {
  readonly published: number;
  /** Finished attempts, repeated ones included. */
  readonly deliveries: number;
  readonly acknowledged: number;
  readonly deadLettered: number;
  /** Messages left: neither acknowledged nor dead-lettered. */
  readonly unacknowledged: number;
  /** Requests under way now, and the most there were at once. */
  readonly outstanding: number;
  readonly highestOutstanding: number;
  /** Messages delivered once more although the endpoint had acknowledged them. */
  readonly duplicated: number;
  /** Deliveries by HTTP status, or by error code where no answer came. */
  readonly statuses: Readonly<Record<string, number>>;
}

export interface PubSub extends AsyncDisposable {
  /** Where the next deliveries go. Setting it throws for what is not an `http:` URL. */
  pushEndpoint: string;
  /** Publishes a message, which is pushed at once; returns its id. Throws where no request can be made of it. */
  publish(publication: Publication): string;
  /** Resolves with all attempts of one message when it is acknowledged or dead-lettered; rejects when that cannot be. */
  ended(messageId: string): Promise<readonly Delivery[]>;
  /** Resolves when every message is acknowledged or dead-lettered; rejects after `withinMs` (default 60 s). */
  drained(bound?: { readonly withinMs: number }): Promise<void>;
  /** The figures as they stand. */
  readonly statistics: Statistics;
  /** The finished attempts of a message, oldest first. Throws for an id that was never published. */
  deliveries(messageId: string): readonly Delivery[];
  /** What has gone to the dead-letter topic, with the attributes that Pub/Sub adds there. */
  readonly deadLetters: readonly PubsubMessage[];
  /** Ends every request and pause; nothing is delivered afterwards. */
  close(): Promise<void>;
}

// The id of Google's documented example. Ids need to be unique within a topic only.
const FIRST_MESSAGE_ID = 2_070_443_601_311_540;

/**
 * Starts a stand-in for one push subscription: it posts each published message to the endpoint until it is acknowledged
 * (or dead-lettered), with Pub/Sub's acknowledging statuses, back-off and slow start. As with Pub/Sub `Retry-After` changes
 * nothing. Ordering keys are passed on but order nothing. Runs in this process and listens on nothing.
 */
export function startPubSub(options: PubSubOptions): PubSub {
  const { maxOutstanding = 100, ackDeadlineMs = 10_000, minimumBackoffMs = 10, maximumBackoffMs = 600 } = options;
  const { sleep = pause, now = Date.now, duplicates = { share: 0, seed: 0 }, timeCompression = 1 } = options;
  const { maxDeliveryAttempts = Number.POSITIVE_INFINITY } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: maxOutstanding });
  const closing = new AbortController();
  const outstanding = boundOutstanding(maxOutstanding, options.slowStart ?? true);
  const random = seeded(duplicates.seed);
  const messages = new Map<string, { readonly deliveries: Delivery[]; readonly end: Promise<void> }>();
  const deadLetters: PubsubMessage[] = [];
  const counts = { published: 0, deliveries: 0, acknowledged: 0, deadLettered: 0, duplicated: 0 };
  const statuses = new Map<string, number>();
  let pushEndpoint = checked(options.pushEndpoint);

  /** Delivers a message until it is acknowledged or out of attempts; an acknowledgement of the last one is never lost. */
  async function deliver(message: PubsubMessage, deliveries: Delivery[], loseAcknowledgement: boolean): Promise<void> {
    let mayLose = loseAcknowledgement;
    let pausedMs = 0;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await post(message, attempt);
      const lost = mayLose && acknowledges(answer) && attempt < maxDeliveryAttempts;
      const acknowledged = acknowledges(answer) && !lost;
      deliveries.push({ ...answer, attempt, acknowledged, pausedMs });
      count(answer);
      if (lost) counts.duplicated += 1;
      mayLose &&= !lost;
      if (acknowledged) {
        counts.acknowledged += 1;
        return;
      }
      if (attempt >= maxDeliveryAttempts) {
        counts.deadLettered += 1;
        deadLetters.push(deadLetter(message, attempt, namesOf(options).name));
        return;
      }
      // Pub/Sub's exponential `retryPolicy`.
      const backoffMs = Math.min(maximumBackoffMs, minimumBackoffMs * 2 ** (attempt - 1));
      pausedMs += backoffMs;
      await sleep(backoffMs / timeCompression, closing.signal);
    }
  }

  /** An aborted request is nobody's failure: it throws. */
  async function post(message: PubsubMessage, attempt: number): Promise<Answer> {
    const place = await outstanding.acquire();
    let acknowledged = false;
    try {
      closing.signal.throwIfAborted();
      const request = requestOf(options, message, attempt);
      const answer = await push(pushEndpoint, request, { agent, ackDeadlineMs, signal: closing.signal });
      acknowledged = acknowledges(answer);
      closing.signal.throwIfAborted();
      return answer;
    } finally {
      place.release(acknowledged);
    }
  }

  function count({ status, error }: Answer): void {
    const key = String(status ?? error);
    counts.deliveries += 1;
    statuses.set(key, (statuses.get(key) ?? 0) + 1);
  }

  function unacknowledged(): number {
    return counts.published - counts.acknowledged - counts.deadLettered;
  }

  function figures(): Statistics {
    return {
      ...counts,
      unacknowledged: unacknowledged(),
      outstanding: outstanding.current,
      highestOutstanding: outstanding.highest,
      statuses: Object.fromEntries(statuses),
    };
  }

  function known(messageId: string) {
    const message = messages.get(messageId);
    if (message === undefined) throw new RangeError(`no message ${messageId} was published`);
    return message;
  }

  async function allEnded(): Promise<void> {
    do await Promise.all([...messages.values()].map(({ end }) => end));
    while (unacknowledged() > 0);
  }

  async function close(): Promise<void> {
    closing.abort();
    await Promise.allSettled([...messages.values()].map(({ end }) => end));
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
      counts.published += 1;
      const deliveries: Delivery[] = [];
      const end = deliver(message, deliveries, random() < duplicates.share).catch((error: unknown) => {
        throw closing.signal.aborted ? new Error(`closed with messages left: ${JSON.stringify(figures())}`) : error;
      });
      // Whoever waits for it learns why; nobody has to.
      end.catch(() => undefined);
      messages.set(messageId, { deliveries, end });
      return messageId;
    },
    async ended(messageId) {
      const { deliveries, end } = known(messageId);
      await end;
      return [...deliveries];
    },
    async drained({ withinMs } = { withinMs: 60_000 }) {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => {
        late.reject(new Error(`not drained within ${withinMs} ms: ${JSON.stringify(figures())}`));
      }, withinMs);
      await Promise.race([allEnded(), late.promise]).finally(() => clearTimeout(timer));
    },
    get statistics() {
      return figures();
    },
    deliveries: (messageId) => [...known(messageId).deliveries],
    deadLetters,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function requestOf(options: PubSubOptions, message: PubsubMessage, attempt: number): DeliveryRequest {
  const { shape = 'wrapped', maxDeliveryAttempts } = options;
  const shown = maxDeliveryAttempts === undefined ? undefined : attempt;
  const { headers, body } = deliveryRequest(shape, message, namesOf(options), shown);
  return { headers: { ...headers, ...options.headers }, body };
}

function namesOf({
  subscription = 'projects/acme-data/subscriptions/cancel',
  topic = 'projects/acme-data/topics/cancel',
}: PubSubOptions) {
  return { name: subscription, topic };
}

/** https://cloud.google.com/pubsub/docs/dead-letter-topics: where it comes from stands in attributes. */
function deadLetter(message: PubsubMessage, attempts: number, subscription: string): PubsubMessage {
  const [, project = '', , id = ''] = subscription.split('/');
  const prefix = 'CloudPubSubDeadLetterSource';
  return {
    ...message,
    attributes: {
      ...message.attributes,
      [`${prefix}DeliveryCount`]: String(attempts),
      [`${prefix}Subscription`]: id,
      [`${prefix}SubscriptionProject`]: project,
      [`${prefix}TopicPublishTime`]: message.publishTime ?? '',
    },
  };
}

function checked(endpoint: string): string {
  if (new URL(endpoint).protocol !== 'http:') throw new TypeError(`not an http: URL: ${endpoint}`);
  return endpoint;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await timeout(ms, undefined, { signal });
}

/** A repeatable source of numbers from 0 up to 1 (an LCG with the constants of Numerical Recipes). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
