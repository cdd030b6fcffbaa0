import assert from 'node:assert/strict';
import { type Identity, identitySource, metadataServer } from '../../../src/google/identity.ts';
import type { Environment } from '../../../src/settings.ts';
import { deadlineIn, NO_SHUTDOWN, systemClock } from '../../../src/terms/clock.ts';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';

describe('as whom and where the function runs', () => {
  let emulator: Emulator;
  let env: Environment;

  before(async () => {
    emulator = await startEmulator({ projectId: 'acme-data', projectNumber: '4711' });
    env = emulator.environment;
  });
  after(() => emulator.close());
  beforeEach(() => emulator.reset());

  async function ask(identity: Identity, milliseconds = 5000) {
    const within = deadlineIn(systemClock, milliseconds, NO_SHUTDOWN);
    const { projectId, projectNumber, serviceAccount } = identity;
    const told = await Promise.all([projectId(within), projectNumber(within), serviceAccount(within)]);
    return { told, final: told.every(({ final }) => final) };
  }
  async function learn(identity: Identity) {
    const [projectId, projectNumber, serviceAccount] = (await ask(identity)).told.map(({ value }) => value);
    return { projectId, projectNumber, serviceAccount };
  }
  const all = {
    projectId: 'acme-data',
    projectNumber: '4711',
    serviceAccount: 'datastream-cancel@acme-data.iam.gserviceaccount.com',
  };
  const asked = () => emulator.counts.requests.metadata;

  it('is asked for as far as it is needed', async () => {
    const { projectNumber } = identitySource(env);
    assert.deepEqual(await projectNumber(deadlineIn(systemClock, 5000, NO_SHUTDOWN)), { value: '4711', final: true });
    assert.equal(asked(), 1);
  });

  it('is what the metadata server says, which is asked once for all requests', async () => {
    const source = identitySource(env);
    assert.deepEqual(await Promise.all([learn(source), learn(source)]), [all, all]);
    assert.deepEqual(await learn(source), all);
    assert.equal(asked(), 3);
  });

  const failures = [
    { kind: 'status', status: 500 },
    { kind: 'status', status: 503 },
    { kind: 'resetBefore' },
    { kind: 'cutOff', bytes: 2 },
  ] as const;
  for (const fault of failures) {
    it(`is asked for again where an answer failed: ${JSON.stringify(fault)}`, async () => {
      const source = identitySource(env);
      emulator.fault({ on: 'metadata', fault });
      assert.equal((await ask(source)).final, false);
      emulator.clearFaults();
      assert.deepEqual(await learn(source), all);
      const before = asked();
      assert.deepEqual(await learn(source), all);
      assert.equal(asked(), before);
    });
  }

  it('is not waited for beyond the deadline, and learned by a later request', async () => {
    const source = identitySource(env);
    emulator.fault({ on: 'metadata', times: 3, fault: { kind: 'hang' } });
    assert.equal((await ask(source, 20)).final, false);
    assert.deepEqual(await learn(source), all);
  });

  it('is unknown for good where the metadata server has nothing to tell', async () => {
    const source = identitySource(env);
    emulator.fault({
      on: 'metadata',
      fault: { kind: 'status', status: 404, headers: { 'metadata-flavor': 'Google' } },
    });
    const nothing = { value: null, final: true };
    assert.deepEqual((await ask(source)).told, [nothing, nothing, nothing]);
    emulator.clearFaults();
    assert.equal((await learn(source)).projectId, null);
    assert.equal(asked(), 3);
  });

  const google = { 'metadata-flavor': 'Google' };
  const odd = [
    { title: 'not from Google', headers: {}, body: 'acme-data', projectId: null },
    { title: 'from another', headers: { 'metadata-flavor': 'Other' }, body: 'acme-data', projectId: null },
    { title: 'no project', headers: google, body: '<html>', projectId: null },
    { title: 'nothing', headers: google, body: '', projectId: null },
    { title: 'with white space around it', headers: google, body: ' acme-data\n', projectId: 'acme-data' },
    { title: 'longer than a project', headers: google, body: 'a'.repeat(5000), projectId: null },
  ];
  for (const { title, headers, body, projectId } of odd) {
    it(`takes a project only from Google and only if it is one: ${title}`, async () => {
      emulator.fault({ on: 'metadata', fault: { kind: 'status', status: 200, headers, body } });
      assert.equal((await learn(identitySource(env))).projectId, projectId);
    });
  }

  it('is GOOGLE_CLOUD_PROJECT off Google Cloud, and nobody is asked', async () => {
    const off: readonly [Environment, string | null][] = [
      [{ GOOGLE_CLOUD_PROJECT: 'my-project' }, 'my-project'],
      [{ GOOGLE_CLOUD_PROJECT: '4711' }, '4711'],
      [{ GOOGLE_CLOUD_PROJECT: 'no project' }, null],
      [{}, null],
      [{ ...env, METADATA_SERVER_DETECTION: 'none', GOOGLE_CLOUD_PROJECT: 'my-project' }, 'my-project'],
    ];
    for (const [variables, projectId] of off) {
      const nobody = { projectNumber: projectId, serviceAccount: null };
      assert.deepEqual(await learn(identitySource(variables)), { projectId, ...nobody });
    }
    assert.equal(asked(), 0);
  });

  it('is GOOGLE_CLOUD_PROJECT also where the metadata server has no project', async () => {
    emulator.fault({ on: 'metadata', fault: { kind: 'status', status: 404, headers: google } });
    const source = identitySource({ ...env, GOOGLE_CLOUD_PROJECT: 'my-project' });
    assert.equal((await learn(source)).projectId, 'my-project');
  });

  const places: readonly [Environment, string | undefined][] = [
    [{}, undefined],
    [{ K_SERVICE: 'cancel' }, 'http://169.254.169.254/computeMetadata/v1/'],
    [{ K_SERVICE: 'cancel', METADATA_SERVER_DETECTION: 'none' }, undefined],
    [
      { K_SERVICE: 'cancel', METADATA_SERVER_DETECTION: 'assume-present' },
      'http://169.254.169.254/computeMetadata/v1/',
    ],
    [{ K_SERVICE: 'cancel', GCE_METADATA_HOST: 'localhost:1' }, 'http://localhost:1/computeMetadata/v1/'],
    [{ GCE_METADATA_HOST: 'host', GCE_METADATA_IP: '127.0.0.1' }, 'http://127.0.0.1/computeMetadata/v1/'],
    [{ GCE_METADATA_HOST: 'http://host:8080' }, 'http://host:8080/computeMetadata/v1/'],
    [{ GCE_METADATA_HOST: 'https://host' }, 'https://host/computeMetadata/v1/'],
    [{ GCE_METADATA_HOST: '::1' }, 'http://[::1]/computeMetadata/v1/'],
    [{ GCE_METADATA_HOST: 'fd20:ce::254' }, 'http://[fd20:ce::254]/computeMetadata/v1/'],
    [{ GCE_METADATA_HOST: '[::1]:8085' }, 'http://[::1]:8085/computeMetadata/v1/'],
    [{ GCE_METADATA_HOST: 'http://[' }, undefined],
    [{ GCE_METADATA_HOST: '' }, undefined],
  ];
  for (const [variables, place] of places) {
    it(`is looked for at ${place} with ${JSON.stringify(variables)}`, () => {
      assert.equal(metadataServer(variables), place);
    });
  }
});
