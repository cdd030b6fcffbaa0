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
import { skipWithoutGcloud } from './lint.ts';
import { root } from './recorder.ts';

/** What the real gcloud reads from a file: the build that it submits, here to a server on loopback. */
async function readByGcloud(file: string): Promise<unknown> {
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
      ['builds', 'submit', '--no-source', '--async', '--project=acme-data', '--quiet', `--config=${file}`],
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

describe('the builds, read by gcloud', function () {
  this.timeout(60_000);
  before(skipWithoutGcloud);

  for (const file of ['cloudbuild.yaml', 'deploy/test.cloudbuild.yaml']) {
    it(`are in ${file} what they are to these tests`, async () => {
      const { logging, automapSubstitutions, substitutions, ...config } = await readBuildConfig(file);
      assert.deepEqual(await readByGcloud(file), {
        ...config,
        ...(Object.keys(substitutions).length > 0 && { substitutions }),
        options: { logging, ...(automapSubstitutions && { automapSubstitutions: automapSubstitutions === 'true' }) },
      });
    });
  }
});
