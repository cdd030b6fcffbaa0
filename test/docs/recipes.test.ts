import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { promisify } from 'node:util';
import * as z from 'zod';
import { type Stage, startStage } from '../contract/stage.ts';
import { blocksOf, read } from './pages.ts';

const PAGE = read('docs/callers.md');
const TEXT_SECRET = '0123456789abcdef0123456789abcdef0123456789abcdef';
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** The block of the page with this in it. */
function blockWith(language: string, part: string): string {
  const found = blocksOf(PAGE).find((block) => block.language === language && block.text.includes(part));
  assert.ok(found, `a block of ${language} with ${part}`);
  return found.text;
}

/** What a block of JavaScript exports. */
async function moduleOf(text: string): Promise<unknown> {
  return await import(`data:text/javascript,${encodeURIComponent(text)}`);
}

const callable = z.custom<(...args: unknown[]) => unknown>((value) => typeof value === 'function');
const recorded = z.object({
  outcome: z.string(),
  requestId: z.string(),
  reason: z.string().nullable(),
  authenticationInfo: z.object({ verifiedBy: z.string(), principalSubject: z.string().nullable() }),
});

describe('the recipes of docs/callers.md', () => {
  let stage: Stage;
  let name: string;

  before(async () => {
    const textSecret = Buffer.from(TEXT_SECRET).toString('base64');
    stage = await startStage({ CALLER_AUTH: 'verify', WEBHOOK_SECRETS: `old=${SECRET},n8n=whsec_${textSecret}` });
    name = stage.emulator.startOperation();
  });

  after(() => stage[Symbol.asyncDispose]());

  it('sign a webhook in a shell', async function () {
    await promisify(execFile)('openssl', ['version']).catch(() => this.skip());
    const script = [
      'set -euo pipefail',
      // What the block calls, and what it would send.
      `gcloud() { printf '%s' '${SECRET}'; }`,
      'curl() { printf \'%s\\0\' "$@"; }',
      `OPERATION='${name}' SERVICE_URL='${stage.url}'`,
      blockWith('bash', 'webhook-signature'),
    ].join('\n');
    const { stdout } = await promisify(execFile)('bash', ['-c', script]);
    const [url = '', ...args] = stdout.split('\0');
    const values = (flag: string) => args.filter((_, index) => args[index - 1] === flag);
    const headers = values('--header').map((header): [string, string] => {
      const [key = '', value = ''] = header.split(/: (.*)/s);
      return [key, value];
    });
    const answer = await fetch(url, { method: 'POST', headers, body: values('--data')[0] ?? '' });
    const record = recorded.parse(await answer.json());
    assert.equal(record.outcome, 'VALIDATED');
    assert.deepEqual(record.authenticationInfo, { verifiedBy: 'WEBHOOK_SIGNATURE', principalSubject: 'old' });
  });

  it('sign a webhook in Node.js', async () => {
    const { cancel } = z.object({ cancel: callable }).parse(await moduleOf(blockWith('js', 'cancel(url')));
    const command = { name, reason: 'a recipe', validateOnly: true };
    const record = recorded.parse(await cancel(stage.url, SECRET, command, 'msg_1'));
    assert.deepEqual([record.outcome, record.requestId], ['VALIDATED', 'webhook:msg_1']);
  });

  it('sign with a secret that is text, as n8n does', async () => {
    const body = JSON.stringify({ name, validateOnly: true });
    const [id, timestamp] = ['msg_2', Math.floor(Date.now() / 1000)];
    // Its Crypto node has createHmac take the secret as it stands in its credentials.
    const signature = createHmac('sha256', TEXT_SECRET).update(`${id}.${timestamp}.${body}`).digest('base64');
    const signed = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
    const answer = await fetch(stage.url, { method: 'POST', headers: signed, body });
    const record = recorded.parse(await answer.json());
    assert.deepEqual([record.outcome, record.authenticationInfo.principalSubject], ['VALIDATED', 'n8n']);
  });

  it('make the secret of such a tool', async function () {
    await promisify(execFile)('openssl', ['version']).catch(() => this.skip());
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      `${blockWith('bash', 'n8n=whsec_')}\nprintf '%s' "$TEXT"`,
    ]);
    const [entry = '', text = ''] = stdout.split('\n');
    assert.equal(Buffer.from(entry.replace('n8n=whsec_', ''), 'base64').toString(), text);
    assert.match(text, /^[0-9a-f]{48}$/);
  });

  describe('make a command of an event of PagerDuty', () => {
    const event = {
      id: '5ac64822',
      event_type: 'incident.annotated',
      agent: { summary: 'Tenex Engineer' },
      data: { content: 'cancel projects/acme-data/locations/us-central1/operations/o-1', incident: { id: 'PGR0VU2' } },
    };
    const sign = (body: string) => `v1=${createHmac('sha256', 'pd').update(body).digest('hex')}`;
    let commandOf: z.infer<typeof callable>;

    before(async () => {
      ({ commandOf } = z.object({ commandOf: callable }).parse(await moduleOf(blockWith('js', 'commandOf'))));
    });

    it('that is signed, by one signature of several', () => {
      const body = JSON.stringify({ event });
      assert.deepEqual(commandOf(body, `v1=00, ${sign(body)}`, 'pd'), {
        id: 'pagerduty_5ac64822',
        command: { name: event.data.content.slice('cancel '.length), reason: 'PagerDuty PGR0VU2, Tenex Engineer' },
      });
    });

    for (const [what, changed] of [
      ['another event', { ...event, event_type: 'incident.triggered', data: { title: 'On fire' } }],
      ['another note', { ...event, data: { ...event.data, content: 'I am looking at it' } }],
    ] as const) {
      it(`but not of ${what}`, () => {
        const body = JSON.stringify({ event: changed });
        assert.equal(commandOf(body, sign(body), 'pd'), undefined);
      });
    }

    it('but not of one that somebody else has signed', () => {
      const body = JSON.stringify({ event });
      assert.equal(commandOf(body, sign(`${body} `), 'pd'), undefined);
      assert.equal(commandOf(body, undefined, 'pd'), undefined);
    });
  });
});
