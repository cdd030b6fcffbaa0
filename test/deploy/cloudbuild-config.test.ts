import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { readBuildConfig } from './build-config.ts';
import { hasGcloud } from './lint.ts';
import { root } from './recorder.ts';

/** What the real gcloud reads from cloudbuild.yaml: the build that it submits, here to a server on loopback. */
async function readByGcloud(): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'gcloud-'));
  await writeFile(join(folder, 'token'), 'token');
  let build: unknown;
  const server = createServer((request, response) => {
    json(request).then((body) => {
      build = body;
      const metadata = { '@type': 'type.googleapis.com/google.devtools.cloudbuild.v1.BuildOperationMetadata' };
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          name: 'operations/build/p/1',
          metadata: { ...metadata, build: { id: '1', projectId: 'acme-data' } },
        }),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  try {
    await promisify(execFile)(
      'gcloud',
      ['builds', 'submit', '--no-source', '--async', '--project=acme-data', '--quiet'],
      {
        cwd: root,
        env: {
          PATH: process.env['PATH'],
          HOME: folder,
          CLOUDSDK_CONFIG: folder,
          CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: join(folder, 'token'),
          CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDBUILD: `http://127.0.0.1:${port}/`,
        },
      },
    );
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
  return build;
}

describe('cloudbuild.yaml, read', () => {
  it('is to gcloud what it is to these tests (skipped where gcloud is missing)', async function () {
    this.timeout(20_000);
    if (!(await hasGcloud())) {
      this.skip();
    }
    const { logging, automapSubstitutions, ...config } = await readBuildConfig();
    assert.deepEqual(await readByGcloud(), {
      ...config,
      options: { logging, automapSubstitutions: automapSubstitutions === 'true' },
    });
  });

  it('runs under an account of its own and logs to Cloud Logging only', async () => {
    const config = await readBuildConfig();
    assert.match(config.serviceAccount ?? '', /\/datastream-cancel-build@\$PROJECT_ID\.iam\.gserviceaccount\.com$/);
    assert.equal(config.logging, 'CLOUD_LOGGING_ONLY');
  });
});
