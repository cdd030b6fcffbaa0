import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as z from 'zod';
import { type EmulatorProcess, findGoogleEmulator, startEmulatorProcess } from '../pubsub/google-emulator-process.ts';
import { commandBlocks, readPage } from './pages.ts';
import { root } from './recorder.ts';

const run = promisify(execFile);
const service = 'datastream-operation-cancel';

const subscription = z.object({
  ackDeadlineSeconds: z.number(),
  retryPolicy: z.unknown().optional(),
  deadLetterPolicy: z.unknown().optional(),
  pushConfig: z.object({ pushEndpoint: z.string().optional() }),
});
const pulled = z.object({
  receivedMessages: z.array(z.object({ message: z.object({ data: z.string() }) })).default([]),
});

/**
 * The real gcloud, but for what Google's emulator does not have: IAM, the service itself, and a retention of more than
 * seven days (Pub/Sub's own limit is 31).
 */
const gcloudButIam = (gcloud: string): string => `#!/bin/bash
case "$*" in
  *iam-policy-binding*) ;;
  'run services describe'*) echo http://127.0.0.1:9 ;;
  'projects describe'*) echo 123456789012 ;;
  *) exec '${gcloud}' "\${@/#--message-retention-duration=14d/--message-retention-duration=7d}" ;;
esac
`;

/** The blocks of commands under a heading of a page. */
async function blocksUnder(page: string, heading: string): Promise<string[]> {
  const [, section = ''] = (await readPage(page)).split(`## ${heading}\n`);
  return commandBlocks(section.split(/^## /m)[0] ?? '');
}

describe("Pub/Sub's side of a deployment, by gcloud on Google's emulator", function () {
  this.timeout(120_000);
  let emulator: EmulatorProcess | undefined;
  let folder = '';

  before(async function () {
    const found = await findGoogleEmulator();
    if ('missing' in found) {
      console.log(`    ${found.missing}: skipped`);
      this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), 'gcloud-'));
    const gcloud = await run('bash', ['-c', 'command -v gcloud']);
    await writeFile(join(folder, 'gcloud'), gcloudButIam(gcloud.stdout.trim()), { mode: 0o755 });
    await writeFile(join(folder, 'token'), 'token');
    emulator = await startEmulatorProcess(found.command);
  });

  after(async () => {
    await emulator?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function shell(script: string): Promise<string> {
    const env = {
      ...process.env,
      PATH: `${folder}${delimiter}${process.env['PATH']}`,
      PROJECT_ID: 'acme-data',
      CLOUDSDK_CONFIG: folder,
      CLOUDSDK_CORE_PROJECT: 'acme-data',
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: join(folder, 'token'),
      CLOUDSDK_API_ENDPOINT_OVERRIDES_PUBSUB: `${emulator?.origin}/`,
    };
    return (await run('bash', ['-c', `set -euo pipefail\n${script}`], { cwd: root, env })).stdout;
  }

  const describeSubscription = async (name: string) =>
    subscription.parse(await (await fetch(`${emulator?.origin}/v1/projects/acme-data/subscriptions/${name}`)).json());

  const publish = (topic: string, ...texts: readonly string[]) =>
    fetch(`${emulator?.origin}/v1/projects/acme-data/topics/${topic}:publish`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messages: texts.map((text) => ({ data: Buffer.from(text).toString('base64') })) }),
    });

  /** The texts that a subscription has and that nobody has pulled. */
  async function pull(subscription: string): Promise<string[]> {
    const name = `projects/acme-data/subscriptions/${subscription}:pull`;
    const body = JSON.stringify({ maxMessages: 10, returnImmediately: true });
    const response = await fetch(`${emulator?.origin}/v1/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const { receivedMessages } = pulled.parse(await response.json());
    return receivedMessages.map(({ message }) => Buffer.from(message.data, 'base64').toString());
  }

  it('is made by attach-pubsub.sh, and made no second time', async () => {
    for (const _ of ['first', 'again']) {
      await shell('bash deploy/attach-pubsub.sh');
    }
    const push = await describeSubscription(`${service}-push`);
    assert.deepEqual(push.retryPolicy, { minimumBackoff: '10s', maximumBackoff: '60s' });
    assert.deepEqual(push.deadLetterPolicy, {
      deadLetterTopic: `projects/acme-data/topics/${service}-dead-letter`,
      maxDeliveryAttempts: 100,
    });
    assert.equal(push.ackDeadlineSeconds, 60);
    assert.equal((await describeSubscription(`${service}-dead-letter-pull`)).ackDeadlineSeconds, 600);
  });

  it('has its dead letters looked at, published again as they are and taken away one by one', async () => {
    const [look, take, again] = await blocksUnder('docs/operating.md', 'Dead letters');
    const letter = '{"name": "x",\n  "reason": "zwei\tZeilen, größer \\" \\\\"}';
    await shell(`gcloud pubsub subscriptions create watch --topic=${service}`);
    await publish(`${service}-dead-letter`, letter, 'the next one');
    // What a pull has shown is hidden from the next one: they are made visible again, as ten minutes would.
    await shell(`gcloud pubsub subscriptions update ${service}-dead-letter-pull --ack-deadline=10`);
    assert.match(await shell(look ?? ''), /größer[\s\S]*the next one/);
    await pause(11_000);

    const shown = await shell(`${take}\n${again}`);
    assert.ok(shown.includes(letter));
    assert.deepEqual(await pull('watch'), [letter]);
    await pause(11_000);
    assert.deepEqual(await pull(`${service}-dead-letter-pull`), ['the next one']);
  });

  it('keeps its messages where the address is taken away, and has it back by attach-pubsub.sh', async () => {
    const blocks = await blocksUnder('docs/operating.md', 'Stopping it');
    const takeAway = blocks.flatMap((block) => block.split('\n')).find((line) => line.includes('modify-push-config'));
    await shell(takeAway ?? '');
    assert.deepEqual((await describeSubscription(`${service}-push`)).pushConfig, {});
    await publish(service, 'waits');
    assert.ok((await pull(`${service}-push`)).includes('waits'));
    await shell('bash deploy/attach-pubsub.sh');
    const { pushConfig } = await describeSubscription(`${service}-push`);
    assert.equal(pushConfig.pushEndpoint, 'http://127.0.0.1:9');
  });
});
