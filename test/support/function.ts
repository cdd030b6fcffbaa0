import { once } from 'node:events';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { assemble, type Outside } from '../../src/assemble.ts';
import { leaveUnparsed, onRequestStart } from '../../src/framework/unparsed-requests.ts';
import { withoutDomains } from '../../src/framework/domains.ts';
import { readSettings } from '../../src/settings.ts';

/** The function under the real framework in this process, for tests that need neither signals nor its start. */
export type FunctionUnderTest = AsyncDisposable & {
  server: Server;
  url: string;
  /** Every line that it wrote to stdout, as it wrote it. */
  lines: string[];
};

// A developer's own credentials would come before those of the emulator's metadata server.
delete process.env['GOOGLE_APPLICATION_CREDENTIALS'];
process.env['CLOUDSDK_CONFIG'] = join(tmpdir(), 'datastream-operation-cancel-no-credentials');

let registered = 0;
/** Those that are the function's: other servers of this process, such as the emulator, serve their requests as they are. */
const servers = new WeakSet<Server>();
onRequestStart((start) => {
  if (servers.has(start.server)) leaveUnparsed(start);
});
withoutDomains();

/** Starts the function with these settings on a free port of loopback. Throws where a setting is wrong. */
export async function startFunction(
  env: Readonly<Record<string, string>>,
  outside: Outside = {},
): Promise<FunctionUnderTest> {
  const read = readSettings(env);
  if (!read.ok) throw new Error(read.problems.join('; '));
  const lines: string[] = [];
  const stdout = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(...chunk.toString('utf8').split('\n').filter(Boolean));
      done();
    },
  });
  registered += 1;
  const name = `cancelOperation${registered}`;
  // google-auth-library reads where the metadata server is from the process, and so do all functions of one test file.
  for (const variable of ['GCE_METADATA_HOST', 'METADATA_SERVER_DETECTION']) {
    if (env[variable] !== undefined) process.env[variable] = env[variable];
  }
  http(name, assemble(read.settings, env, { stdout, ...outside }));
  const server = getTestServer(name).listen(0, '127.0.0.1');
  servers.add(server);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    server,
    url: `http://127.0.0.1:${port}`,
    lines,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
