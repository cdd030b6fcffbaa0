import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';
import { commandBlocks, followPage, listPages, readPage } from './pages.ts';
import { callsOf, type Finished, type Recorder } from './recorder.ts';

// What the stand-in for Secret Manager gives out.
const secret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';

for (const page of ['docs/deploying.md', 'docs/callers.md', 'docs/operating.md']) {
  describe(`the commands in ${page}`, () => {
    let followed: { finished: Finished; recorder: Recorder } | undefined;

    before(async function () {
      if ((await listPages()).includes(page)) {
        followed = await followPage(page);
      } else {
        this.skip();
      }
    });

    after(() => followed?.recorder[Symbol.asyncDispose]());

    it('run, one after the other', async () => {
      assert.equal(followed?.finished.code, 0, followed?.finished.output);
      assert.ok(commandBlocks(await readPage(page)).length > 5);
    });

    if (page === 'docs/deploying.md') {
      it('sign a webhook as Standard Webhooks does', async () => {
        const calls = callsOf((await followed?.recorder.commands()) ?? [], 'curl');
        const call = calls.find((command) => command.includes('--data') && command.join().includes('webhook-id')) ?? [];
        const headers = call.filter((_, index) => call[index - 1] === '--header');
        const pairs = headers.map((header) => header.split(/: (.*)/s).slice(0, 2));
        const body = call[call.indexOf('--data') + 1] ?? '';
        assert.deepEqual(new Webhook(secret).verify(body, Object.fromEntries(pairs)), JSON.parse(body));
      });
    }
  });
}
