import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runScript } from './build.ts';
import { callsOf, changes, createRecorder, line, type Recorder } from './recorder.ts';

const account = (name: string) => `datastream-cancel${name}@acme-data.iam.gserviceaccount.com`;

/** The grants asked for, as `member role on`, shortened. */
async function grants(recorder: Recorder): Promise<string[]> {
  const calls = (await recorder.commands()).filter((command) => command.includes('add-iam-policy-binding'));
  return calls.map((command) => {
    const flag = (name: string) =>
      command.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
    const on = command[command.indexOf('add-iam-policy-binding') + 1];
    return `${flag('member')} ${flag('role')} on ${on}`;
  });
}

describe('deploy/setup.sh', () => {
  it('makes accounts, a role of three permissions, grants and a repository', async () => {
    await using recorder = await createRecorder();
    await runScript(recorder, 'setup.sh');
    const commands = await recorder.commands();
    assert.deepEqual(
      callsOf(commands, 'gcloud iam service-accounts create').map((command) => command[4]),
      ['datastream-cancel', 'datastream-cancel-invoker', 'datastream-cancel-build'],
    );
    const role = callsOf(commands, 'gcloud iam roles create datastreamOperationCanceller').map(line).join();
    assert.match(
      role,
      / --permissions=datastream\.operations\.cancel,datastream\.operations\.get,datastream\.operations\.list /,
    );
    assert.equal(callsOf(commands, 'gcloud artifacts repositories create cloud-run-source-deploy').length, 1);
    assert.equal(callsOf(commands, 'gcloud secrets').length, 0);
    const [build, invoker, runtime] = [account('-build'), account('-invoker'), account('')];
    assert.deepEqual(await grants(recorder), [
      `serviceAccount:${runtime} projects/acme-data/roles/datastreamOperationCanceller on acme-data`,
      `serviceAccount:${build} roles/run.sourceDeveloper on acme-data`,
      `serviceAccount:${build} roles/serviceusage.serviceUsageConsumer on acme-data`,
      `serviceAccount:${build} roles/run.builder on acme-data`,
      `serviceAccount:${build} roles/run.admin on acme-data`,
      `serviceAccount:${build} roles/pubsub.admin on acme-data`,
      `serviceAccount:${build} roles/cloudscheduler.admin on acme-data`,
      `serviceAccount:${build} roles/iam.serviceAccountUser on ${runtime}`,
      `serviceAccount:${build} roles/iam.serviceAccountUser on ${build}`,
      `serviceAccount:${build} roles/iam.serviceAccountUser on ${invoker}`,
      `serviceAccount:${build} roles/iam.serviceAccountOpenIdTokenCreator on ${invoker}`,
      `serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com roles/iam.serviceAccountOpenIdTokenCreator on ${invoker}`,
    ]);
  });

  it('changes nothing but grants and the role when it runs again', async () => {
    await using recorder = await createRecorder();
    await runScript(recorder, 'setup.sh --with-webhook-secret');
    await recorder.forgetCommands();
    await runScript(recorder, 'setup.sh --with-webhook-secret');
    assert.deepEqual(await changes(recorder), []);
    assert.equal(callsOf(await recorder.commands(), 'gcloud secrets versions add').length, 0);
  });

  it('makes a webhook secret that nobody sees, readable for the runtime account alone', async () => {
    await using recorder = await createRecorder();
    const output = await runScript(recorder, 'setup.sh --with-webhook-secret');
    const secret = await readFile(join(recorder.folder, 'stdin'), 'utf8');
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
    const said = [output, ...(await recorder.commands()).map(line)].join('\n');
    assert.ok(!said.includes(secret.slice('whsec_'.length)));
    assert.ok(
      (await grants(recorder)).includes(
        `serviceAccount:${account('')} roles/secretmanager.secretAccessor on datastream-cancel-webhook-secrets`,
      ),
    );
  });

  it('puts the role where the operations are', async () => {
    await using recorder = await createRecorder();
    await runScript(recorder, 'setup.sh', { DATASTREAM_PROJECT: 'acme-streams' });
    const [role] = callsOf(await recorder.commands(), 'gcloud iam roles create');
    assert.ok(role?.includes('--project=acme-streams'));
    assert.ok(
      (await grants(recorder)).includes(
        `serviceAccount:${account('')} projects/acme-streams/roles/datastreamOperationCanceller on acme-streams`,
      ),
    );
  });

  it('waits where IAM does not know a new account yet', async () => {
    await using recorder = await createRecorder();
    await runScript(recorder, 'setup.sh', { FAIL_ONCE: '^projects add-iam-policy-binding' });
    assert.deepEqual(callsOf(await recorder.commands(), 'sleep').map(line), ['sleep 10']);
  });

  it('asks for a project where none is set', async () => {
    await using recorder = await createRecorder();
    const { code, output } = await recorder.run('gcloud() { :; }; export -f gcloud; bash deploy/setup.sh');
    assert.equal(code, 1);
    assert.match(output, /Which project\?/);
  });
});
