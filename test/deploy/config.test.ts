import assert from 'node:assert/strict';
import { preparedProject, runScript, tryScript } from './build.ts';
import { callsOf, createRecorder, type Recorder } from './recorder.ts';

/** What must not get through. A command in it would leave a file behind if anything ran it. */
const attacks: readonly (readonly [name: string, value: string])[] = [
  ['PROJECT_ID', 'Acme_Data'],
  ['PROJECT_ID', '123456789012'],
  ['PROJECT_ID', 'example.com:acme-data'],
  ['_REGION', 'us-central1 --impersonate-service-account=root@acme-data.iam.gserviceaccount.com'],
  ['_DATASTREAM_PROJECT', 'x|;e cp deploy/lib.sh ../executed;s|a'],
  ['_DATASTREAM_PROJECT', 'acme-data\nacme-data'],
  ['_DATASTREAM_LOCATION', 'us-central1"}'],
  ['_SERVICE', '$(cp deploy/lib.sh ../executed)'],
  ['_SERVICE', '-cancel'],
  ['_SERVICE', 'cance'],
  ['_SERVICE', 'a-name-of-twenty-three-x'],
  ['_SERVICE', 'datastream-cancel'],
  ['_SERVICE', 'datastream-cancel-test'],
  ['_SERVICE', 'other-invoker'],
  ['_SERVICE', 'other-dead-letter'],
  ['_SETTINGS', '/etc/hostname'],
  ['_SETTINGS', 'deploy/../deploy/settings.yaml'],
  ['_SETTINGS', 'deploy/settings/../../x.yaml'],
  ['_SWEEP', '/etc/hostname'],
  ['_SWEEP', 'deploy/alert.json'],
  ['_MAX_INSTANCES', '0'],
  ['_MEMORY', '512'],
  ['_PUBLIC', 'yes'],
  ['_PUBSUB', 'TRUE'],
  ['_SECRET_VERSION', 'datastream-cancel-webhook-secrets:latest'],
  ['_SECRET_VERSION', 'a:1,OTHER=b:1'],
  ['_SCHEDULE', '0 3 * *'],
  ['_SCHEDULE', '0 3 * * *; cp deploy/lib.sh ../executed'],
  ['_TIME_ZONE', '../etc'],
  ['_CHECK_OPERATION', 'projects/a/locations/b/operations/c", "validateOnly": false, "reason": "'],
  ['DATASET_LOCATION', "US'"],
];

const roleOf = async (recorder: Recorder): Promise<string> =>
  callsOf(await recorder.commands(), 'gcloud iam roles create')[0]?.[4] ?? '';

describe('the values of a deployment', () => {
  let recorder: Recorder;

  before(async () => {
    recorder = await createRecorder();
  });

  after(() => recorder[Symbol.asyncDispose]());

  for (const [name, value] of attacks) {
    it(`refuse ${name}=${JSON.stringify(value)} before anything is done`, async () => {
      const { code, output } = await tryScript(recorder, 'setup.sh', { [name]: value });
      assert.equal(code, 1);
      assert.match(output, new RegExp(`^${name.replace('_', '_?')} must`));
      assert.deepEqual(await recorder.commands(), []);
      assert.equal(await recorder.kept('executed'), '');
    });
  }

  it('refuse a substitution that there is not, in a build', async () => {
    const { code, output } = await tryScript(recorder, 'attach.sh', { BUILD_ID: '1f3e', _PUBUSB: 'true' });
    assert.equal(code, 1);
    assert.match(output, /There is no substitution _PUBUSB/);
  });

  it('ask for a project where none is set', async () => {
    const { code, output } = await recorder.run('gcloud() { :; }; export -f gcloud; bash deploy/setup.sh');
    assert.equal(code, 1);
    assert.match(output, /Which project\?/);
  });
});

describe('the names of a deployment', () => {
  it('follow the service, so that two in one project share only what builds', async () => {
    await using one = await preparedProject();
    const before = new Set(await one.resources());
    await runScript(one, 'setup.sh --with-webhook-secret=grafana', { SERVICE: 'nightly-cancel' });
    const added = (await one.resources()).filter((resource) => !before.has(resource));
    assert.deepEqual(added, [
      'iam.roles.datastreamOperationCanceller_nightly_cancel',
      'iam.service-accounts.nightly-cancel',
      'iam.service-accounts.nightly-cancel-invoker',
      'secrets.nightly-cancel-webhook-secrets',
    ]);
    assert.equal(await roleOf(one), 'datastreamOperationCanceller_nightly_cancel');
  });

  it('are short enough for accounts where the service has the longest name that it may have', async () => {
    await using recorder = await createRecorder();
    await runScript(recorder, 'setup.sh', { SERVICE: 'a-name-of-22-character' });
    const accounts = callsOf(await recorder.commands(), 'gcloud iam service-accounts create').map((call) => call[4]);
    assert.deepEqual(accounts.slice(0, 2), ['a-name-of-22-character', 'a-name-of-22-character-invoker']);
    for (const account of accounts) {
      assert.match(account ?? '', /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
    }
  });
});
