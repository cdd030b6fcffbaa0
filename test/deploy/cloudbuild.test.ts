import assert from 'node:assert/strict';
import { notFound, runBuild } from './build.ts';
import { callsOf, createRecorder, line, type Recorder } from './recorder.ts';

const everything = { _PUBSUB: 'true', _SCHEDULE: '0 3 * * *', _SETTINGS: 'deploy/settings.yaml' };
const url = 'https://datastream-operation-cancel-123456789012.us-central1.run.app';
const invoker = 'datastream-cancel-invoker@acme-data.iam.gserviceaccount.com';
const pubsubAgent = 'service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com';

/** A project with the accounts that setup.sh makes, in which the deployed function answers. */
async function preparedProject(): Promise<Recorder> {
  const recorder = await createRecorder();
  await recorder.answer(notFound);
  await recorder.put(
    'iam service-accounts',
    'datastream-cancel',
    'datastream-cancel-invoker',
    'datastream-cancel-build',
  );
  return recorder;
}

async function theOne(recorder: Recorder, beginning: string): Promise<string> {
  const calls = callsOf(await recorder.commands(), beginning);
  assert.equal(calls.length, 1, `${beginning}: asked ${calls.length} times`);
  return line(calls[0] ?? []);
}

async function assertAsked(recorder: Recorder, beginning: string, flags: readonly string[]): Promise<void> {
  const call = await theOne(recorder, beginning);
  for (const flag of flags) {
    assert.ok(` ${call} `.includes(` ${flag} `), `${flag} is missing in: ${call}`);
  }
}

describe('cloudbuild.yaml', () => {
  it('installs, tests, deploys, attaches and checks where nothing exists', async () => {
    await using recorder = await preparedProject();
    const build = await runBuild(recorder, everything);
    assert.equal(build.code, 0, build.output);
    assert.match(build.output, /"outcome": "NOT_FOUND"/);
    assert.deepEqual(callsOf(await recorder.commands(), 'npm').map(line), ['npm ci --no-audit --no-fund', 'npm test']);
    const verbs = (await recorder.commands()).map(line).filter((call) => / (create|update|deploy) /.test(call));
    assert.deepEqual(
      verbs.map((call) => call.replace(/ --.*/, '')),
      [
        'gcloud run deploy datastream-operation-cancel',
        'gcloud pubsub topics create datastream-operation-cancel',
        'gcloud pubsub topics create datastream-operation-cancel-dead-letter',
        'gcloud pubsub subscriptions create datastream-operation-cancel-dead-letter-pull',
        'gcloud pubsub subscriptions create datastream-operation-cancel-push',
        'gcloud scheduler jobs create http datastream-operation-cancel-sweep',
      ],
    );
  });

  it('succeeds again where everything exists: it updates and creates nothing', async () => {
    await using recorder = await preparedProject();
    assert.equal((await runBuild(recorder, everything)).code, 0);
    await recorder.forgetCommands();
    const again = await runBuild(recorder, everything);
    assert.equal(again.code, 0, again.output);
    const verbs = (await recorder.commands()).map(line).filter((call) => / (create|update|deploy) /.test(call));
    assert.deepEqual(
      verbs.map((call) => call.replace(/ --.*/, '')),
      [
        'gcloud run deploy datastream-operation-cancel',
        'gcloud pubsub subscriptions update datastream-operation-cancel-push',
        'gcloud scheduler jobs update http datastream-operation-cancel-sweep',
      ],
    );
  });

  it('deploys a private service under an account of its own', async () => {
    await using recorder = await preparedProject();
    await runBuild(recorder);
    await assertAsked(recorder, 'gcloud run deploy datastream-operation-cancel', [
      '--source=.',
      '--function=cancelOperation',
      '--base-image=nodejs24',
      '--no-allow-unauthenticated',
      '--invoker-iam-check',
      '--service-account=datastream-cancel@acme-data.iam.gserviceaccount.com',
      '--build-service-account=projects/acme-data/serviceAccounts/datastream-cancel-build@acme-data.iam.gserviceaccount.com',
      '--concurrency=80',
      '--cpu-boost',
      '--timeout=60s',
      '--max-instances=3',
      '--env-vars-file=deploy/settings.yaml',
      '--clear-secrets',
      '--region=us-central1',
    ]);
    await assertAsked(recorder, 'gcloud run services add-iam-policy-binding datastream-operation-cancel', [
      `--member=serviceAccount:${invoker}`,
      '--role=roles/run.invoker',
    ]);
    await assertAsked(recorder, 'gcloud run services update-traffic', ['--to-latest']);
  });

  it('attaches nothing that is not asked for', async () => {
    await using recorder = await preparedProject();
    assert.equal((await runBuild(recorder)).code, 0);
    const commands = await recorder.commands();
    assert.deepEqual([...callsOf(commands, 'gcloud pubsub'), ...callsOf(commands, 'gcloud scheduler')], []);
  });

  it('attaches Pub/Sub with identity, deadline, back-off and dead-lettering', async () => {
    await using recorder = await preparedProject();
    await runBuild(recorder, { _PUBSUB: 'true' });
    await assertAsked(recorder, 'gcloud pubsub subscriptions create datastream-operation-cancel-push', [
      '--topic=datastream-operation-cancel',
      `--push-endpoint=${url}`,
      `--push-auth-token-audience=${url}`,
      `--push-auth-service-account=${invoker}`,
      '--ack-deadline=60',
      '--min-retry-delay=10s',
      '--max-retry-delay=600s',
      '--dead-letter-topic=datastream-operation-cancel-dead-letter',
      '--max-delivery-attempts=10',
      '--expiration-period=never',
    ]);
    await assertAsked(recorder, 'gcloud pubsub subscriptions create datastream-operation-cancel-dead-letter-pull', [
      '--topic=datastream-operation-cancel-dead-letter',
      '--expiration-period=never',
    ]);
    await assertAsked(recorder, 'gcloud pubsub topics add-iam-policy-binding datastream-operation-cancel-dead-letter', [
      `--member=serviceAccount:${pubsubAgent}`,
      '--role=roles/pubsub.publisher',
    ]);
    await assertAsked(recorder, 'gcloud pubsub subscriptions add-iam-policy-binding datastream-operation-cancel-push', [
      `--member=serviceAccount:${pubsubAgent}`,
      '--role=roles/pubsub.subscriber',
    ]);
  });

  it('attaches Cloud Scheduler with identity and retries, to a command for this project', async () => {
    await using recorder = await preparedProject();
    const build = await runBuild(recorder, { _SCHEDULE: '0 3 * * *', _DATASTREAM_LOCATION: 'europe-west1' });
    const call = await theOne(recorder, 'gcloud scheduler jobs create http datastream-operation-cancel-sweep');
    for (const flag of [
      '--schedule=0 3 * * *',
      `--uri=${url}`,
      '--http-method=post',
      `--oidc-token-audience=${url}`,
      `--oidc-service-account-email=${invoker}`,
      '--attempt-deadline=60s',
      '--max-retry-attempts=3',
    ]) {
      assert.ok(call.includes(flag), `${flag} is missing in: ${call}`);
    }
    assert.match(build.output, /"parent": "projects\/acme-data\/locations\/europe-west1"/);
    assert.match(build.output, /"validateOnly": true/);
  });

  it('gives the substitutions to the service', async () => {
    await using recorder = await preparedProject();
    const webhooks = { _WEBHOOK_SECRET: 'datastream-cancel-webhook-secrets:2', _MAX_INSTANCES: '7', _MEMORY: '1Gi' };
    await runBuild(recorder, { ...webhooks, _SERVICE: 'cancel', _REGION: 'europe-west4' });
    await assertAsked(recorder, 'gcloud run deploy cancel', [
      '--set-secrets=WEBHOOK_SECRETS=datastream-cancel-webhook-secrets:2',
      '--max-instances=7',
      '--memory=1Gi',
      '--region=europe-west4',
    ]);
  });

  it('makes a service public only where its settings verify callers', async () => {
    await using recorder = await preparedProject();
    const refused = await runBuild(recorder, { _PUBLIC: 'true' });
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /needs CALLER_AUTH: verify/);
    const open = await runBuild(recorder, { _PUBLIC: 'true', _SETTINGS: 'test/deploy/open-settings.yaml' });
    assert.notEqual(open.code, 0);
    assert.match(open.output, /needs ALLOWED_CALLERS/);
    assert.deepEqual(callsOf(await recorder.commands(), 'gcloud run deploy'), []);

    const build = await runBuild(recorder, { _PUBLIC: 'true', _SETTINGS: 'test/deploy/public-settings.yaml' });
    assert.equal(build.code, 0, build.output);
    await assertAsked(recorder, 'gcloud run deploy', ['--no-invoker-iam-check', '--no-allow-unauthenticated']);
  });

  it('deploys nothing where a test fails', async () => {
    await using recorder = await preparedProject();
    const build = await runBuild(recorder, { FAIL_ONCE: '^test$' });
    assert.notEqual(build.code, 0);
    assert.deepEqual(callsOf(await recorder.commands(), 'gcloud'), []);
  });

  for (const failing of ['run deploy', 'pubsub subscriptions create', 'scheduler jobs create']) {
    it(`ends as failed, without a check, where gcloud ${failing} fails`, async () => {
      await using recorder = await preparedProject();
      const build = await runBuild(recorder, { ...everything, FAIL_ONCE: `^${failing}` });
      assert.notEqual(build.code, 0, build.output);
      assert.deepEqual(callsOf(await recorder.commands(), 'curl'), []);
    });
  }

  it('refuses a substitution that it does not know', async () => {
    await using recorder = await preparedProject();
    const build = await runBuild(recorder, { _PUBUSB: 'true' });
    assert.notEqual(build.code, 0);
    assert.match(build.output, /There is no substitution _PUBUSB/);
  });
});
