import * as z from 'zod';
import { findGoogleEmulator, startEmulatorProcess } from './google-emulator-process.ts';

/** How a subscription pushes. */
export interface PushConfig {
  readonly pushEndpoint: string;
  /** `noWrapper` with `writeMetadata`: the data is the body, the metadata and attributes are headers. */
  readonly unwrapped?: boolean;
}

export interface SubscriptionSettings extends PushConfig {
  /** `projects/P/topics/T`. */
  readonly topic: string;
  /** 10 to 600, default 10. */
  readonly ackDeadlineSeconds?: number;
  /**
   * Seconds. Without it a message comes again every second. With it the emulator all but stops after a few dozen
   * failures (measured with 0.8.20: 50 messages refused for 2 s, fewer than half delivered 18 s after that).
   */
  readonly retryPolicy?: { readonly minimumBackoff: number; readonly maximumBackoff: number };
}

const pullAnswer = z.object({
  receivedMessages: z
    .array(z.object({ message: z.object({ messageId: z.string(), data: z.string().default('') }) }))
    .default([]),
});
const publishAnswer = z.object({ messageIds: z.tuple([z.string()]) });

export type LeftMessage = z.infer<typeof pullAnswer>['receivedMessages'][number]['message'];

/**
 * Google's own Pub/Sub emulator, running. Names are full resource names whose ids have three characters or more. Every
 * function throws with the emulator's own message where it refuses.
 */
export interface GoogleEmulator extends AsyncDisposable {
  /** What `PUBSUB_EMULATOR_HOST` wants, with `http://` before it. */
  readonly origin: string;
  createTopic(name: string): Promise<void>;
  deleteTopic(name: string): Promise<void>;
  createSubscription(name: string, settings: SubscriptionSettings): Promise<void>;
  /** Pushes elsewhere from now on; with null it stops pushing, and messages can be pulled. */
  modifyPushConfig(name: string, config: PushConfig | null): Promise<void>;
  deleteSubscription(name: string): Promise<void>;
  /** Publishes one message and returns its id. */
  publish(topic: string, message: EmulatorMessage): Promise<string>;
  /** Takes up to 100 messages that wait now, data in base64; one in back-off or under way is not among them. */
  pull(subscription: string): Promise<readonly LeftMessage[]>;
  stop(): Promise<void>;
}

export interface EmulatorMessage {
  readonly data?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly orderingKey?: string;
}

/**
 * Starts Google's own Pub/Sub emulator on a free port. Where it or Java is not installed the answer is undefined, and
 * `explain` is told why in one line. Throws where it is there but does not start.
 */
export async function googlePubSubEmulator(explain = console.log): Promise<GoogleEmulator | undefined> {
  const found = await findGoogleEmulator();
  if ('missing' in found) {
    explain(`Google's Pub/Sub emulator is not used: ${found.missing}.`);
    return undefined;
  }
  const { origin, stop } = await startEmulatorProcess(found.command);
  return { ...client(origin), origin, stop, [Symbol.asyncDispose]: stop };
}

function client(origin: string): Omit<GoogleEmulator, 'origin' | 'stop' | typeof Symbol.asyncDispose> {
  async function call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${origin}/v1/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Pub/Sub emulator: ${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }

  return {
    async createTopic(name) {
      await call('PUT', name, {});
    },
    async deleteTopic(name) {
      await call('DELETE', name);
    },
    async createSubscription(name, { topic, ackDeadlineSeconds = 10, retryPolicy, ...config }) {
      await call('PUT', name, {
        topic,
        ackDeadlineSeconds,
        pushConfig: pushConfig(config),
        ...(retryPolicy && {
          retryPolicy: {
            minimumBackoff: `${retryPolicy.minimumBackoff}s`,
            maximumBackoff: `${retryPolicy.maximumBackoff}s`,
          },
        }),
      });
    },
    async modifyPushConfig(name, config) {
      await call('POST', `${name}:modifyPushConfig`, { pushConfig: config === null ? {} : pushConfig(config) });
    },
    async deleteSubscription(name) {
      await call('DELETE', name);
    },
    async publish(topic, { data = '', attributes, orderingKey }) {
      const message = { data: Buffer.from(data).toString('base64'), attributes, orderingKey };
      return publishAnswer.parse(await call('POST', `${topic}:publish`, { messages: [message] })).messageIds[0];
    },
    async pull(subscription) {
      const answer = await call('POST', `${subscription}:pull`, { maxMessages: 100, returnImmediately: true });
      return pullAnswer.parse(answer).receivedMessages.map(({ message }) => message);
    },
  };
}

function pushConfig({ pushEndpoint, unwrapped = false }: PushConfig): object {
  return { pushEndpoint, ...(unwrapped && { noWrapper: { writeMetadata: true } }) };
}
