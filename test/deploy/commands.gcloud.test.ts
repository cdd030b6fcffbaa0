import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { notFound, runBuild, runScript } from './build.ts';
import { lintCommands, quoted, skipWithoutGcloud } from './lint.ts';
import { followPage, listPages, mentionedCommands, readPage } from './pages.ts';
import { callsOf, createRecorder, line, type Recorder, root } from './recorder.ts';

const channel = 'projects/acme-data/notificationChannels/7';
const everything = { _PUBSUB: 'true', _SCHEDULE: '0 3 * * *' };

const gcloudCalls = async (recorder: Recorder) => callsOf(await recorder.commands(), 'gcloud');

/** Every gcloud call of the scripts and the build: where nothing exists, where everything does, and undoing it. */
async function callsOfScripts(): Promise<string[][]> {
  await using recorder = await createRecorder();
  await recorder.answer(notFound);
  await recorder.put('monitoring channels', channel);
  await recorder.run('bash deploy/teardown.sh --yes'); // Which project, gcloud says.
  for (const _ of ['first', 'again']) {
    await runScript(recorder, 'setup.sh --with-webhook-secret=pagerduty');
    assert.equal((await runBuild(recorder, everything)).code, 0);
    await runScript(recorder, `observe.sh ${channel}`);
  }
  await recorder.put('artifacts packages', 'datastream-operation-cancel');
  await recorder.write('deploy/settings.public.yaml', 'CALLER_AUTH: verify\n');
  await runBuild(recorder, {
    _PUBLIC: 'true',
    _SETTINGS: 'deploy/settings.public.yaml',
    _SECRET_VERSION: 'datastream-cancel-webhook-secrets:1',
  });
  await runScript(recorder, 'teardown.sh --yes --with-audit-log');
  await runScript(recorder, 'setup.sh');
  return await gcloudCalls(recorder);
}

async function callsOfPages(): Promise<string[][]> {
  const calls = [];
  for (const page of await listPages()) {
    const { finished, recorder } = await followPage(page);
    calls.push(...(await gcloudCalls(recorder)));
    await recorder[Symbol.asyncDispose]();
    assert.equal(finished.code, 0, `${page}: ${finished.output}`);
  }
  return calls;
}

/** The groups and verbs after each `gcloud` in the scripts, as far as they are written out. */
async function commandsInScripts(): Promise<Set<string>> {
  const scripts = (await readdir(join(root, 'deploy'))).filter((file) => file.endsWith('.sh'));
  const texts = await Promise.all(scripts.map((file) => readFile(join(root, 'deploy', file), 'utf8')));
  const code = texts.join('\n').replace(/^ *#.*$|(?:echo|fail|step) .*$/gm, '');
  return new Set([...code.matchAll(/\bgcloud(?: [a-z][a-z-]*(?=\s|$))+/gm)].map(([command]) => command));
}

describe('every gcloud command of the project', function () {
  this.timeout(180_000);

  before(skipWithoutGcloud);

  it('parses under the real gcloud: scripts, build and pages', async () => {
    const scripts = await callsOfScripts();
    const recorded = scripts.map(line);
    for (const command of await commandsInScripts()) {
      assert.ok(
        recorded.some((call) => `${call} `.startsWith(`${command} `)),
        `${command} stands in a script, but no run of the scripts asked for it`,
      );
    }
    const commands = new Set([...scripts, ...(await callsOfPages())].map(quoted));
    const verdicts = await lintCommands([...commands]);
    assert.equal(verdicts.length, commands.size);
    assert.deepEqual(
      verdicts.filter(({ error }) => error !== null),
      [],
    );
  });

  it('has the right names where running text mentions it, though arguments may be left out', async () => {
    const texts = await Promise.all((await listPages()).map(readPage));
    const mentions = new Set(texts.flatMap(mentionedCommands));
    const verdicts = await lintCommands([...mentions, 'gcloud builds submit']);
    assert.deepEqual(
      verdicts.filter(({ kind }) => kind === 'UnrecognizedCommandError' || kind === 'UnrecognizedArgumentsError'),
      [],
    );
  });

  it('would not parse with a wrong verb, a wrong flag or a missing one', async () => {
    const wrong = [
      'gcloud run deplox service --image=image',
      'gcloud run deploy service --image=image --functoin=cancelOperation',
      'gcloud pubsub subscriptions create subscription',
    ];
    const verdicts = await lintCommands(wrong);
    assert.deepEqual(
      verdicts.filter(({ error }) => error === null),
      [],
    );
  });
});
