import assert from 'node:assert/strict';
import { preparedProject, runScript, tryScript } from './build.ts';
import { callsOf, changes, type Recorder } from './recorder.ts';

/** Brings a service into a prepared project with all that belongs to it. */
async function deployAll(recorder: Recorder, environment: Readonly<Record<string, string>> = {}): Promise<void> {
  await runScript(recorder, 'deploy.sh', environment);
  await runScript(recorder, 'attach.sh', { PUBSUB: 'true', SCHEDULE: '0 3 * * *', ...environment });
  await runScript(recorder, 'observe.sh', environment);
  await recorder.put('artifacts packages', environment['SERVICE'] ?? 'datastream-operation-cancel');
}

const sibling = { SERVICE: 'nightly-cancel' };
const shared = ['artifacts.repositories.cloud-run-source-deploy', 'storage.buckets.gs:__acme-data_cloudbuild'];

describe('deploy/teardown.sh', () => {
  it('undoes all that setup, deployment, callers and audit log made', async () => {
    await using recorder = await preparedProject();
    await deployAll(recorder);
    await runScript(recorder, 'teardown.sh --yes --with-audit-log');
    const left = ['iam.roles.datastreamOperationCanceller', ...shared];
    assert.deepEqual(await recorder.resources(), left.sort());
    assert.equal(callsOf(await recorder.commands(), 'gcloud iam roles delete datastreamOperationCanceller').length, 1);
    assert.doesNotMatch(await recorder.kept('bindings'), /^acme-data /m);
  });

  it('keeps the audit log unless told otherwise', async () => {
    await using recorder = await preparedProject();
    await recorder.put('bq', 'datastream_cancel_audit');
    await runScript(recorder, 'teardown.sh --yes');
    assert.ok((await recorder.resources()).includes('bq.datastream_cancel_audit'));
  });

  it('leaves all that a sibling needs, and says so', async () => {
    await using recorder = await preparedProject({}, sibling);
    await deployAll(recorder, sibling);
    const before = await recorder.resources();
    const grants = (await recorder.kept('bindings'))
      .split('\n')
      .filter((grant) => /nightly-cancel|-deploy|-build|-test/.test(grant));
    await deployAll(recorder);
    const output = await runScript(recorder, 'teardown.sh --yes --with-audit-log');
    const gone = before.filter((resource) => !/\.datastream-cancel(?:-invoker|-webhook-secrets)?$/.test(resource));
    assert.deepEqual(await recorder.resources(), gone);
    assert.match(output, /They stay, because another service needs them, whose account is nightly-cancel/);
    const kept = await recorder.kept('bindings');
    const lost = grants.filter((grant) => grant.startsWith('acme-data ') && !kept.includes(grant));
    assert.deepEqual(lost, []);
    assert.ok(grants.length > 10);
  });

  it('leaves the role while another account has it, and says so', async () => {
    await using recorder = await preparedProject({ DATASTREAM_PROJECT: 'acme-streams' });
    const stranger = 'serviceAccount:datastream-cancel@other-data.iam.gserviceaccount.com';
    await recorder.run(
      `echo 'acme-streams projects/acme-streams/roles/datastreamOperationCanceller ${stranger}' >>"$RECORDER/bindings"`,
    );
    const output = await runScript(recorder, 'teardown.sh --yes', { DATASTREAM_PROJECT: 'acme-streams' });
    assert.match(output, /role datastreamOperationCanceller in acme-streams stays.*other-data/);
    assert.equal(callsOf(await recorder.commands(), 'gcloud iam roles delete').length, 0);
  });

  it('refuses where a service of the same name runs in another region; so does a deployment', async () => {
    await using recorder = await preparedProject();
    await runScript(recorder, 'deploy.sh');
    await recorder.forgetCommands();
    for (const script of ['deploy.sh', 'teardown.sh --yes']) {
      const { code, output } = await tryScript(recorder, script, { REGION: 'europe-west1' });
      assert.equal(code, 1);
      assert.match(output, /There is a datastream-operation-cancel in us-central1 too/);
    }
    assert.deepEqual(await changes(recorder), []);
  });

  it('finds nothing to undo the second time, and leaves a project that setup.sh can prepare again', async () => {
    await using recorder = await preparedProject();
    await runScript(recorder, 'teardown.sh --yes');
    await recorder.forgetCommands();
    await runScript(recorder, 'teardown.sh --yes');
    assert.deepEqual(await changes(recorder), []);
    await runScript(recorder, 'setup.sh');
    const undeleted = callsOf(await recorder.commands(), 'gcloud iam roles undelete datastreamOperationCanceller');
    assert.equal(undeleted.length, 1);
  });

  it('deletes nothing without a yes', async () => {
    await using recorder = await preparedProject();
    const { code } = await recorder.run('echo some-other-project | bash deploy/teardown.sh', {
      PROJECT_ID: 'acme-data',
    });
    assert.equal(code, 1);
    assert.deepEqual(await changes(recorder), []);
  });

  it('undoes the rest where one thing fails, and says that it failed', async () => {
    await using recorder = await preparedProject();
    await deployAll(recorder);
    const failing = { FAIL_ONCE: '^pubsub subscriptions delete datastream-operation-cancel-push' };
    const { code, output } = await tryScript(recorder, 'teardown.sh --yes --with-audit-log', failing);
    assert.equal(code, 1);
    assert.match(output, /1 of the commands above failed/);
    const left = [
      'iam.roles.datastreamOperationCanceller',
      'pubsub.subscriptions.datastream-operation-cancel-push',
      ...shared,
    ];
    assert.deepEqual(await recorder.resources(), left.sort());
  });
});
