import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { preparedProject, runScript } from './build.ts';
import { buildAsGoogleDoes, copyUpload, type Deployed, removeTree, startAsGoogleDoes } from './deployed-tree.ts';
import { createRecorder } from './recorder.ts';

const record = z.looseObject({
  outcome: z.string(),
  status: z.looseObject({ name: z.string() }),
  authenticationInfo: z.looseObject({ principalEmail: z.string().nullable() }),
});

const invoker = 'datastream-cancel-invoker@acme-data.iam.gserviceaccount.com';
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** The invoker's identity token as Cloud Run hands it on. */
const token = `${base64({ alg: 'RS256' })}.${base64({ email: invoker, sub: '1' })}.SIGNATURE_REMOVED_BY_GOOGLE`;

/** The variables that a deployment gives the service, as deploy.sh has gcloud set them. */
async function variablesOfDeployment(): Promise<Record<string, string>> {
  await using recorder = await preparedProject();
  await runScript(recorder, 'deploy.sh');
  const lines = (await recorder.kept('variables')).matchAll(/^(?<name>\w+): '(?<value>.*)'$/gm);
  return Object.fromEntries([...lines].map(({ groups }) => [groups?.['name'], groups?.['value']]));
}

describe('the tree that is deployed, as Google builds and starts it', function () {
  this.timeout(180_000);
  let tree = '';
  let emulator: Emulator;
  let deployed: Deployed;

  before(async function () {
    tree = await copyUpload();
    await buildAsGoogleDoes(tree).catch((error: unknown) => {
      if (/npm error (?:code|network).*(?:ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT)/.test(String(error))) {
        console.log('    npm cannot reach its registry: skipped');
        this.skip();
      }
      throw error;
    });
    emulator = await startEmulator();
    const variables = await variablesOfDeployment();
    deployed = await startAsGoogleDoes(tree, {
      ...variables,
      ...emulator.environment,
      K_SERVICE: 'datastream-operation-cancel',
    });
  });

  after(async () => {
    await deployed?.[Symbol.asyncDispose]();
    await emulator?.close();
    await removeTree(tree);
  });

  const post = async (body: string) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(deployed.url, { method: 'POST', headers, body });
    return { status: response.status, record: record.parse(await response.json()) };
  };

  it('has what runs and nothing that only builds', () => {
    assert.ok(existsSync(join(tree, 'node_modules/.bin/functions-framework')));
    assert.ok(!existsSync(join(tree, 'node_modules/typescript')));
    assert.ok(!existsSync(join(tree, 'node_modules/esbuild')));
  });

  it('answers a bad request with a record', async () => {
    const answer = await post('{"name": "projects/acme-data/locations/us-central1/streams/orders"');
    assert.equal(answer.status, 400);
    assert.equal(answer.record.outcome, 'INVALID');
  });

  it('cancels an operation', async () => {
    const name = emulator.startOperation();
    const answer = await post(JSON.stringify({ name, wait: '5s' }));
    assert.equal(answer.record.outcome, 'CANCELLED', JSON.stringify(answer.record));
    assert.equal(answer.record.authenticationInfo.principalEmail, invoker);
    assert.equal(emulator.operation(name)?.done, true);
  });

  it('reads an unwrapped push with all the attributes that Pub/Sub allows, each a header', async () => {
    const attributes = Array.from({ length: 100 }, (_, index) => [`a${index}`.padEnd(256, '-'), 'v'.repeat(1024)]);
    const response = await fetch(deployed.url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...Object.fromEntries(attributes),
        'x-goog-pubsub-message-id': '2070443601311540',
        'x-goog-pubsub-subscription-name': 'projects/acme-data/subscriptions/unwrapped',
      },
      body: JSON.stringify({ name: emulator.startOperation(), wait: '5s' }),
    });
    assert.equal(response.status, 200);
    assert.equal(record.parse(await response.json()).outcome, 'CANCELLED');
  });

  it('understands the command that Cloud Scheduler posts', async () => {
    const [, project = '', , location = ''] = emulator.parent.split('/');
    const sweep = await readFile(join(tree, 'deploy/sweep.json'), 'utf8');
    const names = sweep.replace(/\$\{datastream_project\}/, project).replace(/\$\{datastream_location\}/, location);
    const answer = await post(names);
    assert.deepEqual([answer.record.outcome, answer.record.status.name], ['BATCH', 'OK']);
  });

  it('passes the check that ends a deployment, although no operation exists', async function () {
    const curl = await promisify(execFile)('bash', ['-c', 'command -v curl']).catch(() => this.skip());
    await using recorder = await createRecorder();
    await recorder.put('run services', 'datastream-operation-cancel');
    const { code, output } = await recorder.run('bash deploy/check.sh', {
      PROJECT_ID: emulator.projectId,
      REGION: emulator.parent.split('/').at(-1) ?? '',
      SERVICE_URL: deployed.url,
      CURL: curl.stdout.trim(),
      IDENTITY_TOKEN: token,
    });
    assert.equal(code, 0, output);
    assert.match(output, /"outcome": "NOT_FOUND"/);
  });
});
