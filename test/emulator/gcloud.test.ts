import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { type Emulator, startEmulator } from './emulator.ts';
import { iamPermissionDenied } from './google-errors.ts';

const run = promisify(execFile);
const described = z.looseObject({ name: z.string(), done: z.boolean() });

describe('gcloud and the emulator', function () {
  this.timeout(120_000);
  let emulator: Emulator;
  let configuration: string;

  /** Runs `gcloud datastream …` against the emulator, with a configuration of its own; gives what it prints on stdout. */
  async function gcloud(...words: readonly string[]): Promise<string> {
    const token = join(configuration, 'token');
    const { stdout } = await run('gcloud', [`--access-token-file=${token}`, 'datastream', ...words, '--format=json'], {
      env: {
        ...process.env,
        CLOUDSDK_CONFIG: configuration,
        CLOUDSDK_CORE_PROJECT: emulator.projectId,
        CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
        CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: 'true',
        CLOUDSDK_CORE_CHECK_GCE_METADATA: 'false',
        CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: 'true',
        CLOUDSDK_API_ENDPOINT_OVERRIDES_DATASTREAM: `${emulator.url}/`,
      },
    });
    return stdout;
  }

  before(async function () {
    configuration = await mkdtemp(join(tmpdir(), 'gcloud-'));
    await writeFile(join(configuration, 'token'), 'any-token');
    emulator = await startEmulator();
    try {
      await run('gcloud', ['--version']);
    } catch (error) {
      console.log(`    skipped, since gcloud does not run here: ${error instanceof Error ? error.message : error}`);
      this.skip();
    }
  });
  after(async () => {
    await emulator.close();
    await rm(configuration, { recursive: true });
  });
  beforeEach(() => emulator.reset());

  const location = '--location=us-central1';

  it('lists over several pages', async () => {
    const names = emulator.startOperations(5, () => ({}));
    const listed = z.array(described).parse(JSON.parse(await gcloud('operations', 'list', location, '--page-size=2')));
    assert.deepEqual(
      listed.map(({ name }) => name),
      names,
    );
    assert.equal(emulator.counts.requests.list, 3);
  });

  it('describes', async () => {
    const name = emulator.startOperation({ id: 'op-1' });
    const operation = described.parse(JSON.parse(await gcloud('operations', 'describe', 'op-1', location)));
    assert.deepEqual(operation, emulator.operation(name)?.resource);
  });

  it('cancels, with {} as the body', async () => {
    const name = emulator.startOperation({ id: 'op-1' });
    await gcloud('operations', 'cancel', 'op-1', location);
    assert.equal(emulator.operation(name)?.resource.error?.code, 1);
    assert.equal(emulator.requests[0]?.body, '{}');
  });

  it('lists locations', async () => {
    const listed = z.array(z.object({ name: z.string() })).parse(JSON.parse(await gcloud('locations', 'list')));
    assert.deepEqual(
      listed.map(({ name }) => name.split('/').at(-1)),
      ['us-central1', 'europe-west3'],
    );
  });

  it('deletes', async () => {
    const name = emulator.startOperation({ id: 'op-1' });
    await gcloud('operations', 'delete', 'op-1', location);
    assert.equal(emulator.operation(name), undefined);
  });

  it('shows why a cancel was refused', async () => {
    const error = iamPermissionDenied('datastream.operations.cancel', `${emulator.parent}/operations/op-1`);
    emulator.startOperation({ id: 'op-1', onCancel: { kind: 'refuses', error } });
    await assert.rejects(gcloud('operations', 'cancel', 'op-1', location), /IAM_PERMISSION_DENIED/);
  });
});
