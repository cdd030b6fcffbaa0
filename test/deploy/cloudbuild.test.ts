import assert from 'node:assert/strict';
import { preparedProject, runBuild } from './build.ts';
import { readBuildConfig } from './build-config.ts';
import { assertAsked, callsOf, line, theOne } from './recorder.ts';

const everything = { _PUBSUB: 'true', _SCHEDULE: '0 3 * * *', _SETTINGS: 'deploy/settings.yaml' };
const url = 'https://datastream-operation-cancel-123456789012.us-central1.run.app';
const invoker = 'datastream-cancel-invoker@acme-data.iam.gserviceaccount.com';
const pubsubAgent = 'service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com';

const account = (name: string) =>
  `projects/$PROJECT_ID/serviceAccounts/datastream-cancel-${name}@$PROJECT_ID.iam.gserviceaccount.com`;

describe('cloudbuild.yaml', () => {
  it('deploys, attaches and checks where nothing exists, and runs no npm', async () => {
    await using recorder = await preparedProject();
    const build = await runBuild(recorder, everything);
    assert.equal(build.code, 0, build.output);
    assert.match(build.output, /"outcome": "NOT_FOUND"/);
    assert.deepEqual(callsOf(await recorder.commands(), 'npm'), []);
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
        'gcloud pubsub subscriptions update datastream-operation-cancel-dead-letter-pull',
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
      '--max-retry-delay=60s',
      '--dead-letter-topic=datastream-operation-cancel-dead-letter',
      '--max-delivery-attempts=100',
      '--expiration-period=never',
    ]);
    await assertAsked(recorder, 'gcloud pubsub subscriptions create datastream-operation-cancel-dead-letter-pull', [
      '--topic=datastream-operation-cancel-dead-letter',
      '--ack-deadline=600',
      '--message-retention-duration=14d',
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
      '--max-retry-attempts=5',
      '--min-backoff=60s',
    ]) {
      assert.ok(call.includes(flag), `${flag} is missing in: ${call}`);
    }
    assert.match(build.output, /"parent": "projects\/acme-data\/locations\/europe-west1"/);
    assert.match(build.output, /"validateOnly": true/);
  });

  it('gives the substitutions to the service', async () => {
    await using recorder = await preparedProject();
    const webhooks = { _SECRET_VERSION: 'datastream-cancel-webhook-secrets:2', _MAX_INSTANCES: '7', _MEMORY: '1Gi' };
    await runBuild(recorder, { ...webhooks, _SERVICE: 'cancel', _REGION: 'europe-west4' });
    await assertAsked(recorder, 'gcloud run deploy cancel', [
      '--set-secrets=WEBHOOK_SECRETS=datastream-cancel-webhook-secrets:2',
      '--max-instances=7',
      '--memory=1Gi',
      '--region=europe-west4',
    ]);
  });

  for (const { title, text, says } of [
    { title: 'no JSON', text: 'parent: projects/a/locations/b', says: /No JSON/ },
    { title: 'no command', text: '["projects/a/locations/b/operations/c"]', says: /No object with name/ },
    { title: 'a key', text: '{"type": "service_account", "private_key": "x"}', says: /No object with name/ },
    { title: 'a field that there is not', text: '{"parent": "x", "dryRun": true}', says: /no field dryRun/ },
    {
      title: 'a name that nothing is put in for',
      text: JSON.stringify({ parent: ['$', '{parent}'].join('') }),
      says: /nothing is put in for/,
    },
  ]) {
    it(`attaches no job whose file holds ${title}`, async () => {
      await using recorder = await preparedProject();
      await recorder.write('deploy/sweep.mine.json', text);
      const build = await runBuild(recorder, { _SCHEDULE: '0 3 * * *', _SWEEP: 'deploy/sweep.mine.json' });
      assert.notEqual(build.code, 0);
      assert.match(build.output, says);
      assert.deepEqual(callsOf(await recorder.commands(), 'gcloud scheduler jobs create'), []);
    });
  }

  for (const failing of ['run deploy', 'pubsub subscriptions create', 'scheduler jobs create']) {
    it(`ends as failed, without a check, where gcloud ${failing} fails`, async () => {
      await using recorder = await preparedProject();
      const build = await runBuild(recorder, { ...everything, FAIL_ONCE: `^${failing}` });
      assert.notEqual(build.code, 0, build.output);
      assert.deepEqual(callsOf(await recorder.commands(), 'curl'), []);
    });
  }

  it('runs no program of the tree but the scripts in deploy/, under the account that may deploy', async () => {
    const { steps, serviceAccount, logging } = await readBuildConfig();
    assert.deepEqual(
      steps.map(({ script }) => script),
      ['bash deploy/deploy.sh', 'bash deploy/attach.sh', 'bash deploy/check.sh'],
    );
    for (const { name } of steps) {
      assert.match(
        name,
        /^gcr\.io\/google\.com\/cloudsdktool\/google-cloud-cli(?::\d+\.\d+\.\d+-slim|@sha256:[0-9a-f]{64})$/,
      );
    }
    assert.equal(serviceAccount, account('deploy'));
    assert.equal(logging, 'CLOUD_LOGGING_ONLY');
  });

  it('leaves the tests to a build of their own, under an account that may nothing', async () => {
    const { steps, serviceAccount, logging } = await readBuildConfig('deploy/test.cloudbuild.yaml');
    assert.ok(steps.every(({ script }) => script.startsWith('npm ci ')));
    assert.equal(serviceAccount, account('test'));
    assert.equal(logging, 'CLOUD_LOGGING_ONLY');
  });
});
