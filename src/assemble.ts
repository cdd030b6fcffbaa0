import type { Writable } from 'node:stream';
import manifest from '../package.json' with { type: 'json' };
import { authentication, carriesSignatureAlone, GOOGLE_CERTIFICATES } from './caller/authenticate.ts';
import { newCapacity } from './cancellation/capacity.ts';
import { commandReader } from './command/read.ts';
import { applicationDefaultCredentials } from './google/credentials.ts';
import { datastreamClient } from './google/datastream.ts';
import { identitySource } from './google/identity.ts';
import { handleRequest } from './handle-request.ts';
import { auditLog } from './record/log.ts';
import { type Environment, type Settings, timeToWrite } from './settings.ts';
import { type Clock, NO_SHUTDOWN, type Shutdown, systemClock } from './terms/clock.ts';

/** What lies outside the function. The defaults are the real things; a test puts others in their place. */
export type Outside = {
  stdout?: Writable;
  clock?: Clock;
  shutdown?: Shutdown;
  /** Where Google's certificates for OIDC tokens are, by key id in PEM. */
  certificatesUrl?: string;
};

/** Makes the function for these settings. `env` tells where it runs: `K_SERVICE`, `K_REVISION`, the metadata server. */
export function assemble(settings: Settings, env: Environment, outside: Outside = {}) {
  const { stdout = process.stdout, clock = systemClock, shutdown = NO_SHUTDOWN } = outside;
  const { certificatesUrl = GOOGLE_CERTIFICATES } = outside;
  const { version } = manifest;
  const service = env['K_SERVICE'] ?? null;
  const proofs = settings.CALLER_AUTH === 'verify';
  return handleRequest({
    settings,
    clock,
    shutdown,
    runtime: { service, revision: env['K_REVISION'] ?? null, version },
    identity: identitySource(env),
    authenticate: authentication(settings, service !== null, certificatesUrl, clock),
    carriesSignatureAlone: (headers) => proofs && carriesSignatureAlone(headers),
    readCommand: commandReader(settings),
    datastream: datastreamClient(settings.DATASTREAM_ENDPOINT, version, applicationDefaultCredentials(), clock),
    capacity: newCapacity(),
    log: auditLog(stdout, timeToWrite(settings)),
  });
}
