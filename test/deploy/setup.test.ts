import assert from 'node:assert/strict';
import { preparedProject, runScript, tryScript } from './build.ts';
import { callsOf, changes, createRecorder, line, type Recorder } from './recorder.ts';

/** The grants asked for, as `member role on`, with the accounts of the project by their short names. */
async function grants(recorder: Recorder): Promise<string[]> {
  const calls = (await recorder.commands()).filter((command) => command.includes('add-iam-policy-binding'));
  return calls.map((command) => {
    const flag = (name: string) =>
      command.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
    const on = command[command.indexOf('add-iam-policy-binding') + 1];
    return `${flag('member')} ${flag('role')} on ${on}`
      .replaceAll('@acme-data.iam.gserviceaccount.com', '')
      .replaceAll(/serviceAccount:|roles\/(?!data)/g, '');
  });
}

const rows = (table: string): string[] => table.trim().split(/\n\s*/);

describe('deploy/setup.sh', () => {
  it('makes accounts, a role of four permissions, grants, a repository and a bucket for sources', async () => {
    await using recorder = await createRecorder();
    await runScript(recorder, 'setup.sh');
    const commands = await recorder.commands();
    assert.deepEqual(
      callsOf(commands, 'gcloud iam service-accounts create').map((command) => command[4]),
      ['', '-invoker', '-deploy', '-build', '-test'].map((end) => `datastream-cancel${end}`),
    );
    const role = callsOf(commands, 'gcloud iam roles create datastreamOperationCanceller').map(line).join();
    assert.match(
      role,
      / --permissions=datastream\.locations\.list,datastream\.operations\.cancel,datastream\.operations\.get,datastream\.operations\.list /,
    );
    assert.equal(callsOf(commands, 'gcloud secrets').length, 0);
    assert.ok((await recorder.resources()).includes('artifacts.repositories.cloud-run-source-deploy'));
    assert.deepEqual(
      await grants(recorder),
      rows(`
        datastream-cancel projects/acme-data/roles/datastreamOperationCanceller on acme-data
        datastream-cancel-deploy run.sourceDeveloper on acme-data
        datastream-cancel-deploy serviceusage.serviceUsageConsumer on acme-data
        datastream-cancel-deploy logging.logWriter on acme-data
        datastream-cancel-deploy run.admin on acme-data
        datastream-cancel-deploy pubsub.admin on acme-data
        datastream-cancel-deploy cloudscheduler.admin on acme-data
        datastream-cancel-deploy iam.serviceAccountUser on datastream-cancel
        datastream-cancel-deploy iam.serviceAccountUser on datastream-cancel-build
        datastream-cancel-deploy iam.serviceAccountUser on datastream-cancel-invoker
        datastream-cancel-deploy iam.serviceAccountOpenIdTokenCreator on datastream-cancel-invoker
        datastream-cancel-build run.builder on acme-data
        datastream-cancel-test logging.logWriter on acme-data
        datastream-cancel-deploy storage.objectViewer on gs://acme-data_cloudbuild
        datastream-cancel-test storage.objectViewer on gs://acme-data_cloudbuild
        service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com iam.serviceAccountOpenIdTokenCreator on datastream-cancel-invoker`),
    );
  });

  it('makes nothing new when it runs again', async () => {
    await using recorder = await preparedProject();
    const resources = await recorder.resources();
    await runScript(recorder, 'setup.sh --with-webhook-secret=pagerduty');
    assert.deepEqual(await changes(recorder), []);
    assert.deepEqual(await recorder.resources(), resources);
    assert.equal(callsOf(await recorder.commands(), 'gcloud secrets versions add').length, 0);
    assert.equal(callsOf(await recorder.commands(), 'gcloud iam roles update').length, 1);
  });

  it("makes a webhook secret with its sender's name, that nobody sees and the runtime account alone can read", async () => {
    await using recorder = await createRecorder();
    const output = await runScript(recorder, 'setup.sh --with-webhook-secret=pagerduty');
    const secret = await recorder.kept('stdin');
    assert.match(secret, /^pagerduty=whsec_[A-Za-z0-9+/]{43}=$/);
    const said = [output, ...(await recorder.commands()).map(line)].join('\n');
    assert.ok(!said.includes(secret.slice('pagerduty=whsec_'.length)));
    const readers = (await grants(recorder)).filter((grant) => grant.includes('secretAccessor'));
    assert.deepEqual(readers, ['datastream-cancel secretmanager.secretAccessor on datastream-cancel-webhook-secrets']);
  });

  it('wants a name for who signs, in its form', async () => {
    await using recorder = await createRecorder();
    for (const argument of [
      '--with-webhook-secret',
      '--with-webhook-secret=',
      '--with-webhook-secret=PagerDuty',
      '--yes',
    ]) {
      const { code, output } = await tryScript(recorder, `setup.sh ${argument}`);
      assert.equal(code, 1, output);
      assert.match(output, /--with-webhook-secret=/);
    }
    assert.deepEqual(await recorder.commands(), []);
  });

  it('puts the role where the operations are', async () => {
    await using recorder = await createRecorder();
    await runScript(recorder, 'setup.sh', { DATASTREAM_PROJECT: 'acme-streams' });
    const [role] = callsOf(await recorder.commands(), 'gcloud iam roles create');
    assert.ok(role?.includes('--project=acme-streams'));
    assert.equal(
      (await grants(recorder))[0],
      'datastream-cancel projects/acme-streams/roles/datastreamOperationCanceller on acme-streams',
    );
  });

  it('waits where IAM does not know a new account yet', async () => {
    await using recorder = await createRecorder();
    await runScript(recorder, 'setup.sh', { FAIL_ONCE: '^projects add-iam-policy-binding' });
    assert.deepEqual(callsOf(await recorder.commands(), 'sleep').map(line), ['sleep 10']);
  });
});
