import assert from 'node:assert/strict';
import { preparedProject, runScript, tryScript } from './build.ts';
import { callsOf, createRecorder, line, type Recorder } from './recorder.ts';

const channel = 'projects/acme-data/notificationChannels/7';
const other = 'projects/acme-data/notificationChannels/8';

/** What stands in the files of alerts and dashboards that gcloud was given last, as JSON. */
async function drawn(recorder: Recorder, kind: 'policies' | 'dashboards'): Promise<Record<string, unknown>[]> {
  const files = (await recorder.resources()).filter((resource) => resource.startsWith(`monitoring.${kind}.`));
  return await Promise.all(files.map(async (file) => JSON.parse(await recorder.kept(`state/${file}`))));
}

const channelsOfAlerts = async (recorder: Recorder) =>
  (await drawn(recorder, 'policies')).map((policy) => policy['notificationChannels']);

async function withPubSub(): Promise<Recorder> {
  const recorder = await createRecorder();
  await recorder.put('pubsub subscriptions', 'datastream-operation-cancel-dead-letter-pull');
  await recorder.put('monitoring channels', channel, other);
  return recorder;
}

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
    assert.match(output, /No Pub\/Sub is attached/);
    assert.match(output, /It tells nobody yet/);
  });

  it('makes the view once there is a table', async () => {
    await using recorder = await createRecorder();
    await recorder.put('bq', 'datastream_cancel_audit.run_googleapis_com_stdout');
    await runScript(recorder, 'observe.sh');
    const view =
      callsOf(await recorder.commands(), 'bq query')
        .at(-1)
        ?.at(-1) ?? '';
    assert.match(view, /CREATE OR REPLACE VIEW `acme-data\.datastream_cancel_audit\.requests` AS/);
    assert.match(view, /FROM `acme-data\.datastream_cancel_audit\.run_googleapis_com_stdout`/);
  });

  it('makes nothing twice', async () => {
    await using recorder = await withPubSub();
    await runScript(recorder, 'observe.sh');
    const resources = await recorder.resources();
    await recorder.forgetCommands();
    await runScript(recorder, 'observe.sh');
    assert.deepEqual(await recorder.resources(), resources);
    const updates = (await recorder.commands()).map(line).filter((call) => / update /.test(call));
    assert.deepEqual(
      updates.map((call) => call.replace(/ update .*/, '')),
      [
        'gcloud logging sinks',
        'gcloud logging metrics',
        'gcloud alpha monitoring policies',
        'gcloud alpha monitoring policies',
        'gcloud monitoring dashboards',
      ],
    );
    assert.equal((await drawn(recorder, 'dashboards'))[0]?.['etag'], '40d1040034db4e5a9dee931ec1b12c0d');
  });

  it('raises alerts on this service and its dead letters alone', async () => {
    await using recorder = await withPubSub();
    await runScript(recorder, 'observe.sh', { SERVICE: 'nightly-cancel' });
    const [alert] = await drawn(recorder, 'policies');
    assert.equal(alert?.['displayName'], 'nightly-cancel: entries of severity ERROR');
    const filter = JSON.stringify(alert?.['conditions']);
    assert.match(filter, /service_name=\\"nightly-cancel\\".*severity>=ERROR/);
    const [dashboard] = await drawn(recorder, 'dashboards');
    assert.equal(dashboard?.['displayName'], 'nightly-cancel');
    // What Monitoring fills in itself is escaped in the file, as in a template of Terraform.
    assert.match(JSON.stringify(dashboard), /[^$]\$\{metric\.labels\.outcome\}/);
  });

  it('gives new alerts the channels that are named, and keeps those that they have', async () => {
    await using recorder = await withPubSub();
    await runScript(recorder, `observe.sh ${channel} ${other}`);
    assert.deepEqual(await channelsOfAlerts(recorder), [
      [channel, other],
      [channel, other],
    ]);
    await runScript(recorder, 'observe.sh');
    assert.deepEqual(await channelsOfAlerts(recorder), [
      [channel, other],
      [channel, other],
    ]);
  });

  it('gives alerts that are there another channel', async () => {
    await using recorder = await withPubSub();
    const silent = await runScript(recorder, 'observe.sh');
    assert.equal(silent.match(/It tells nobody yet/g)?.length, 2);
    const heard = await runScript(recorder, `observe.sh ${channel}`);
    assert.deepEqual(await channelsOfAlerts(recorder), [[channel], [channel]]);
    assert.doesNotMatch(heard, /tells nobody/);
    await runScript(recorder, `observe.sh ${other}`);
    assert.deepEqual(await channelsOfAlerts(recorder), [[other], [other]]);
  });

  it('fails where a channel is not there, before it has made anything', async () => {
    await using recorder = await withPubSub();
    const before = await recorder.resources();
    for (const wrong of ['projects/acme-data/notificationChannels/9', '7']) {
      const { code, output } = await tryScript(recorder, `observe.sh ${wrong}`);
      assert.equal(code, 1);
      assert.match(output, /notification channel/);
    }
    assert.deepEqual(await recorder.resources(), before);
  });

  it('fails where an alert does not keep its channel', async () => {
    await using recorder = await withPubSub();
    await recorder.run(`touch "$RECORDER/state/deaf"`);
    const { code, output } = await tryScript(recorder, `observe.sh ${channel}`);
    assert.equal(code, 1);
    assert.match(output, /has not got the channels/);
  });

  it('touches nothing of another service', async () => {
    await using recorder = await preparedProject();
    await runScript(recorder, 'observe.sh');
    const [first] = await drawn(recorder, 'policies');
    await runScript(recorder, 'observe.sh', { SERVICE: 'nightly-cancel' });
    const alerts = await drawn(recorder, 'policies');
    assert.equal(alerts.length, 2);
    assert.ok(alerts.some((alert) => alert['displayName'] === first?.['displayName']));
  });
});
