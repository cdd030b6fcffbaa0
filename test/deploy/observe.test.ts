import assert from 'node:assert/strict';
import { runScript } from './build.ts';
import { callsOf, changes, createRecorder, line } from './recorder.ts';

describe('deploy/observe.sh', () => {
  it('routes the audit log to BigQuery and lets the sink write there', async () => {
    await using recorder = await createRecorder();
    const output = await runScript(recorder, 'observe.sh');
    const commands = await recorder.commands();
    const [sink] = callsOf(commands, 'gcloud logging sinks create datastream-operation-cancel-audit');
    assert.ok(sink?.includes('bigquery.googleapis.com/projects/acme-data/datasets/datastream_cancel_audit'));
    assert.ok(sink?.includes('--use-partitioned-tables'));
    const grant = callsOf(commands, 'bq query').map(line).join();
    assert.match(grant, /GRANT `roles\/bigquery.dataEditor` ON SCHEMA `acme-data.datastream_cancel_audit` TO 'service/);
    assert.match(output, /No entry has arrived yet/);
  });

  it('makes the view once there is a table', async () => {
    await using recorder = await createRecorder();
    await recorder.put('bq', 'datastream_cancel_audit.run_googleapis_com_stdout');
    await runScript(recorder, 'observe.sh');
    const view =
      callsOf(await recorder.commands(), 'bq query')
        .map(line)
        .at(-1) ?? '';
    assert.match(view, /CREATE OR REPLACE VIEW `acme-data\.datastream_cancel_audit\.requests` AS/);
    assert.match(view, /FROM `acme-data\.datastream_cancel_audit\.run_googleapis_com_stdout`/);
  });

  it('makes nothing twice', async () => {
    await using recorder = await createRecorder();
    await runScript(recorder, 'observe.sh');
    await recorder.forgetCommands();
    await runScript(recorder, 'observe.sh');
    assert.deepEqual(await changes(recorder), []);
    assert.equal(callsOf(await recorder.commands(), 'gcloud logging sinks update').length, 1);
    assert.equal(callsOf(await recorder.commands(), 'gcloud logging metrics update').length, 1);
  });

  it('sends the alert to a notification channel', async () => {
    await using recorder = await createRecorder();
    await runScript(recorder, 'observe.sh projects/acme-data/notificationChannels/7');
    const [alert] = callsOf(await recorder.commands(), 'gcloud alpha monitoring policies create');
    assert.ok(alert?.includes('--notification-channels=projects/acme-data/notificationChannels/7'));
  });
});
