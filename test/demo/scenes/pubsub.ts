import { type PubSub, startPubSub } from '../../pubsub/pubsub.ts';
import { authorizationOf, INVOKER } from '../caller.ts';
import { jsonText } from '../json-text.ts';
import type { Exchange, Stage } from '../stage.ts';
import type { Plan } from '../step.ts';
import { CANCEL_SENT, NONE_SENT, type Scene, shown } from './scene.ts';

/** Milliseconds after which a message is not waited for any more. */
const PATIENCE = 15_000;

/** With this seed the first of two messages has its first acknowledgement lost, and the second has not. */
const FIRST_IS_LOST = { share: 0.3, seed: 1 };

/** Pub/Sub pushes, and delivers again what was not acknowledged. */
export const pubsub: Scene = {
  title: 'Pub/Sub pushes a command, and delivers it again when it must',
  name: 'Pub/Sub push',
  async *plans(stage) {
    const headers = authorizationOf(INVOKER);
    await using subscription = startPubSub({ pushEndpoint: stage.url, headers, duplicates: FIRST_IS_LOST });
    yield acknowledgementLost(stage, subscription);
    yield datastreamDown(stage, subscription);
  },
};

function acknowledgementLost(stage: Stage, subscription: PubSub): Plan {
  const name = start(stage, 'customers');
  const data = jsonText({ name, reason: 'wrong source, start over' });
  return {
    story: 'The acknowledgement gets lost, so the message is delivered twice. One cancel is sent.',
    asked: shown(data),
    fates: new Map([[name, { state: 'cancelled', cancels: 1 }]]),
    act: () => push(stage, subscription, data),
    expected: [
      { outcome: 'CANCELLED', http: 200, principal: INVOKER.email, phases: CANCEL_SENT },
      { outcome: 'ALREADY_DONE', http: 200, principal: INVOKER.email, phases: NONE_SENT },
    ],
    redelivered: true,
  };
}

function datastreamDown(stage: Stage, subscription: PubSub): Plan {
  const name = start(stage, 'invoices');
  return {
    story: 'Datastream is down at the first delivery. 503 acknowledges nothing, so it comes again.',
    asked: shown(name),
    fates: new Map([[name, { state: 'cancelled', cancels: 1 }]]),
    act: () => {
      // It asks for a longer pause than REQUEST_DEADLINE has room for, so the function leaves the next try to Pub/Sub.
      const error = { code: 'UNAVAILABLE', message: 'The service is down.', retryAfter: '120' } as const;
      stage.emulator.fault({ on: 'get', name, times: 1, fault: { kind: 'error', error } });
      return push(stage, subscription, name);
    },
    expected: [
      { outcome: 'ERROR', http: 503, principal: INVOKER.email, phases: NONE_SENT },
      { outcome: 'CANCELLED', http: 200, principal: INVOKER.email, phases: CANCEL_SENT },
    ],
    redelivered: true,
  };
}

function start({ emulator }: Stage, stream: string): string {
  return emulator.startOperation({ target: `${emulator.parent}/streams/${stream}` });
}

/** Publishes a message and brings what came of each delivery, once it is acknowledged. */
async function push(stage: Stage, subscription: PubSub, data: string): Promise<Exchange[]> {
  const messageId = subscription.publish({ data });
  await subscription.drained({ withinMs: PATIENCE });
  const answers = subscription.deliveries(messageId).map(({ status, headers, body, error }) => {
    if (status === null) throw new Error(`A delivery got no answer: ${error}.`);
    return { http: status, retryAfter: headers['retry-after'], body };
  });
  return Promise.all(answers.map(stage.exchangeOf));
}
