import assert from 'node:assert/strict';
import { callsOf, createRecorder, line, type Recorder } from './recorder.ts';

const url = 'https://datastream-operation-cancel-123456789012.us-central1.run.app';
const record = (outcome: string) => JSON.stringify({ auditId: '4f0c', outcome, counts: null });

const check = (recorder: Recorder, environment: Readonly<Record<string, string>> = {}) =>
  recorder.run('bash deploy/check.sh', { PROJECT_ID: 'acme-data', ...environment });

async function deployed(): Promise<Recorder> {
  const recorder = await createRecorder();
  await recorder.put('run services', 'datastream-operation-cancel');
  return recorder;
}

describe('deploy/check.sh', () => {
  for (const [status, outcome] of [
    [200, 'VALIDATED'],
    [200, 'ALREADY_DONE'],
    [404, 'NOT_FOUND'],
  ] as const) {
    it(`passes at ${outcome} and shows the record`, async () => {
      await using recorder = await deployed();
      await recorder.answer({ status, body: record(outcome) });
      const { code, output } = await check(recorder);
      assert.equal(code, 0, output);
      assert.match(output, new RegExp(`"outcome": ?"${outcome}"`));
      assert.match(output, /The deployment works/);
    });
  }

  for (const { outcome, status, hint } of [
    { outcome: 'DENIED', status: 403, hint: /ALLOWED_CALLERS must have datastream-cancel-invoker@acme-data/ },
    { outcome: 'UNAUTHENTICATED', status: 401, hint: /OIDC_AUDIENCE must be https:\/\/datastream-operation-cancel/ },
    { outcome: 'INVALID', status: 400, hint: /no name of an operation/ },
    { outcome: 'UNSUPPORTED', status: 501, hint: /does not work yet/ },
  ]) {
    it(`fails at ${outcome} at once and says what to do`, async () => {
      await using recorder = await deployed();
      await recorder.answer({ status, body: record(outcome) });
      const { code, output } = await check(recorder);
      assert.equal(code, 1);
      assert.match(output, hint);
      assert.deepEqual(callsOf(await recorder.commands(), 'sleep'), []);
    });
  }

  it('waits for grants to hold: a refusal by Cloud Run, then one by Datastream', async () => {
    await using recorder = await deployed();
    await recorder.answer(
      { status: 403, body: '<html><title>403 Forbidden</title></html>' },
      { status: 403, body: record('ERROR') },
      { status: 'none', body: '' },
      { status: 404, body: record('NOT_FOUND') },
    );
    const { code, output } = await check(recorder);
    assert.equal(code, 0, output);
    assert.equal(callsOf(await recorder.commands(), 'sleep').length, 3);
  });

  it('gives up after three minutes, with what came back', async () => {
    await using recorder = await deployed();
    await recorder.answer({ status: 403, body: '<html>Your client does not have permission</html>' });
    const { code, output } = await check(recorder);
    assert.equal(code, 1);
    assert.match(output, /Your client does not have permission[\s\S]*may not call the service/);
    const waits = callsOf(await recorder.commands(), 'sleep').map(line);
    assert.deepEqual(
      waits,
      Array.from({ length: 12 }, () => 'sleep 15'),
    );
  });

  it('asks as the invoker, for the service as audience, and cancels nothing', async () => {
    await using recorder = await deployed();
    await recorder.answer({ status: 404, body: record('NOT_FOUND') });
    await check(recorder, { _DATASTREAM_LOCATION: 'europe-west1' });
    const [token, call] = callsOf(await recorder.commands(), 'curl').map(line);
    assert.ok(token?.endsWith('datastream-cancel-invoker@acme-data.iam.gserviceaccount.com:generateIdToken'));
    assert.ok(token?.includes(`{"audience": "${url}", "includeEmail": true}`));
    assert.ok(call?.endsWith(url));
    const command: unknown = JSON.parse(/--data (?<body>\{.*?\})/.exec(call ?? '')?.groups?.['body'] ?? 'null');
    assert.deepEqual(command, {
      name: 'projects/acme-data/locations/europe-west1/operations/operation-0000000000000-0000000000000-00000000-00000000',
      validateOnly: true,
      reason: 'deployment check',
    });
  });

  it('puts no token on a command line or into the log', async () => {
    await using recorder = await deployed();
    await recorder.answer({ status: 404, body: record('NOT_FOUND') });
    const { output } = await check(recorder);
    const headers = await recorder.kept('headers');
    assert.match(headers, /Bearer recorded-access-token[\s\S]*Bearer recorded-identity-token/);
    assert.doesNotMatch([output, ...(await recorder.commands()).map(line)].join('\n'), /recorded-/);
  });

  it('asks about the operation that is given', async () => {
    await using recorder = await deployed();
    await recorder.answer({ status: 200, body: record('VALIDATED') });
    const operation = 'projects/acme-data/locations/us-central1/operations/operation-1';
    await check(recorder, { _CHECK_OPERATION: operation });
    assert.match(
      callsOf(await recorder.commands(), 'curl')
        .map(line)
        .join(),
      new RegExp(`"name": "${operation}"`),
    );
  });
});
