import { jsonText } from '../demo/json-text.ts';
import type { Emulator } from '../emulator/emulator.ts';
import { curlCommand } from './curl-command.ts';
import { longRunning, openSupply, type Supply } from './supply.ts';

/** A caller to try, with the operations that it may cancel. */
export type Try = {
  readonly caller: string;
  /** What else to know about the command, in a few words. */
  readonly remark: string;
  /** The lines of a curl command about operations that run. */
  readonly command: () => readonly string[];
  readonly supply: Supply;
};

/** A location of its own, so that a sweep leaves the operations of the other callers alone. */
const SWEPT_LOCATION = 'europe-west3';

/** One try for each of the three callers. `url` is where the function is. */
export function openTries(emulator: Emulator, url: string): readonly Try[] {
  const webhook = openSupply(emulator, 'webhook', 1, () => ({}));
  const pubsub = openSupply(emulator, 'pubsub', 1, () => ({}));
  const scheduler = openSupply(emulator, 'sweep', 2, () => longRunning(SWEPT_LOCATION));
  return [
    {
      caller: 'Webhook',
      remark: 'the command, or just the name',
      supply: webhook,
      command: () => curlCommand(url, {}, jsonText({ name: nameIn(webhook), reason: 'INC-4821: stuck' })),
    },
    {
      caller: 'Pub/Sub push',
      remark: 'data is the command or just the name, in base64',
      supply: pubsub,
      command: () => curlCommand(url, {}, pushBody(nameIn(pubsub))),
    },
    {
      caller: 'Cloud Scheduler',
      remark: 'add "validateOnly": true for a dry run',
      supply: scheduler,
      command: () => curlCommand(url, SCHEDULER_HEADERS, jsonText(sweep(emulator))),
    },
  ];
}

function nameIn({ names }: Supply): string {
  const [name = ''] = names;
  return name;
}

/** What Pub/Sub posts. The message id follows the operation's, so that a new operation comes in a new message. */
function pushBody(name: string): string {
  const data = Buffer.from(name).toString('base64');
  const messageId = name.slice(name.lastIndexOf('-') + 1);
  return jsonText({ message: { data, messageId }, subscription: 'projects/acme-data/subscriptions/cancel' });
}

const SCHEDULER_HEADERS = {
  'x-cloudscheduler': 'true',
  'x-cloudscheduler-jobname': 'sweep',
};

function sweep({ projectId }: Emulator): object {
  const parent = `projects/${projectId}/locations/${SWEPT_LOCATION}`;
  return { parent, select: { verbs: ['create'], minAge: '7200s' } };
}
