import assert from 'node:assert/strict';
import { runScript } from './build.ts';
import { callsOf, changes, createRecorder } from './recorder.ts';

describe('deploy/teardown.sh', () => {
  it('undoes all that setup, deployment, callers and audit log made', async () => {
    await using recorder = await createRecorder();
    await runScript(recorder, 'setup.sh --with-webhook-secret');
    await runScript(recorder, 'deploy.sh');
    await runScript(recorder, 'attach.sh', { PUBSUB: 'true', SCHEDULE: '0 3 * * *' });
    await runScript(recorder, 'observe.sh');
    await recorder.put('artifacts packages', 'datastream-operation-cancel');
    await runScript(recorder, 'teardown.sh --yes --with-audit-log');
    const { output } = await recorder.run(`ls '${recorder.folder}/state'`);
    assert.deepEqual(output.trim().split('\n'), [
      'artifacts.repositories.cloud-run-source-deploy',
      'iam.roles.datastreamOperationCanceller',
    ]);
    assert.equal(callsOf(await recorder.commands(), 'gcloud iam roles delete datastreamOperationCanceller').length, 1);
  });

  it('finds nothing to undo the second time', async () => {
    await using recorder = await createRecorder();
    await runScript(recorder, 'setup.sh');
    await runScript(recorder, 'teardown.sh --yes');
    await recorder.forgetCommands();
    await runScript(recorder, 'teardown.sh --yes');
    assert.deepEqual(await changes(recorder), []);
  });

  it('leaves a project that setup.sh can prepare again', async () => {
    await using recorder = await createRecorder();
    await runScript(recorder, 'setup.sh');
    await runScript(recorder, 'teardown.sh --yes');
    await recorder.forgetCommands();
    await runScript(recorder, 'setup.sh');
    assert.equal(
      callsOf(await recorder.commands(), 'gcloud iam roles undelete datastreamOperationCanceller').length,
      1,
    );
  });

  it('deletes nothing without a yes', async () => {
    await using recorder = await createRecorder();
    const { code } = await recorder.run('echo some-other-project | bash deploy/teardown.sh', {
      PROJECT_ID: 'acme-data',
    });
    assert.equal(code, 1);
    assert.deepEqual(await recorder.commands(), []);
  });

  it('keeps the audit log unless told otherwise', async () => {
    await using recorder = await createRecorder();
    await recorder.put('bq', 'datastream_cancel_audit');
    await runScript(recorder, 'teardown.sh --yes');
    assert.deepEqual(callsOf(await recorder.commands(), 'bq'), []);
  });

  it('goes on after a failure, and says so in the end', async () => {
    await using recorder = await createRecorder();
    await runScript(recorder, 'setup.sh');
    const { code, output } = await recorder.run('bash deploy/teardown.sh --yes', {
      PROJECT_ID: 'acme-data',
      FAIL_ONCE: '^iam service-accounts delete',
    });
    assert.equal(code, 1);
    assert.match(output, /1 of the commands above failed/);
    assert.equal(callsOf(await recorder.commands(), 'gcloud iam service-accounts delete').length, 3);
  });
});
