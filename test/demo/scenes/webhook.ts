import * as z from 'zod';
import { ON_CALL } from '../caller.ts';
import { jsonText } from '../json-text.ts';
import type { Stage } from '../stage.ts';
import { CANCEL_SENT, type Scene, shown } from './scene.ts';

const operationSchema = z.object({ name: z.string() });

/** A webhook cancels what somebody started through Datastream's own REST API. */
export const webhook: Scene = {
  title: 'A webhook of the on-call tool cancels a stuck stream creation',
  name: 'Webhook',
  async *plans(stage) {
    const name = await stage.minutesAgo(40, () => createStream(stage, 'orders'));
    const body = jsonText({ name, reason: 'INC-4821: create stuck for 40 minutes' });
    yield {
      story: 'The creation of stream "orders", begun 40 minutes ago by Datastream\'s REST API, hangs.',
      asked: shown(body),
      fates: new Map([[name, { state: 'cancelled', cancels: 1 }]]),
      act: async () => [await stage.post({ caller: ON_CALL, headers: HEADERS, body })],
      expected: [{ outcome: 'CANCELLED', http: 200, principal: ON_CALL.email, phases: CANCEL_SENT }],
      whole: true,
    };
  },
};

/** What Cloud Run adds to a request on its way, and what the tool says of itself. */
const HEADERS = {
  'content-type': 'application/json',
  'user-agent': 'on-call-tool/2.1',
  'x-forwarded-for': '203.0.113.7',
  traceparent: '00-0679686673a1b2c3d4e5f60718293a4b-b7ad6b7169203331-01',
};

/** Creates a stream and brings the name of the operation that does it. */
async function createStream({ emulator }: Stage, id: string): Promise<string> {
  const response = await fetch(`${emulator.url}/v1/${emulator.parent}/streams?streamId=${id}`, {
    method: 'POST',
    headers: { authorization: 'Bearer of-the-one-who-creates' },
    body: '{}',
  });
  return operationSchema.parse(await response.json()).name;
}
