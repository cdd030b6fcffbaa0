import type { Writable } from 'node:stream';
import manifest from '../package.json' with { type: 'json' };
import type { Authenticate } from './caller/authenticate.ts';
import { authenticateByIam } from './caller/iam.ts';
import { GOOGLE_CERTIFICATES } from './caller/oidc.ts';
import { authenticateByProof } from './caller/verify.ts';
import { commandReader } from './command/read.ts';
import { applicationDefaultCredentials } from './google/credentials.ts';
import { datastreamClient } from './google/datastream.ts';
import { identitySource } from './google/identity.ts';
import { cancelOperation } from './handle-request.ts';
import { auditLog } from './record/log.ts';
import type { Environment, Settings } from './settings.ts';
import { type Clock, systemClock } from './terms/clock.ts';
import { timeToWrite } from './time-budget.ts';

/** What lies outside the function. The defaults are the real things; a test puts others in their place. */
export type Outside = {
  stdout?: Writable;
  clock?: Clock;
  /** Where Google's certificates for OIDC tokens are, by key id in PEM. */
  certificatesUrl?: string;
};

/** Makes the function for these settings. `env` tells where it runs: `K_SERVICE`, `K_REVISION`, the metadata server. */
export function assemble(settings: Settings, env: Environment, outside: Outside = {}) {
  const { stdout = process.stdout, clock = systemClock, certificatesUrl = GOOGLE_CERTIFICATES } = outside;
  const { version } = manifest;
  const service = env['K_SERVICE'] ?? null;
  return cancelOperation({
    settings,
    clock,
    runtime: { service, revision: env['K_REVISION'] ?? null, version },
    identity: identitySource(env),
    authenticate: authentication(settings, service !== null, certificatesUrl),
    readCommand: commandReader(settings),
    datastream: datastreamClient(settings.DATASTREAM_ENDPOINT, version, applicationDefaultCredentials(), clock),
    log: auditLog(stdout, timeToWrite(settings)),
  });
}

function authentication(settings: Settings, onCloudRun: boolean, certificatesUrl: string): Authenticate {
  switch (settings.CALLER_AUTH) {
    case 'iam':
      return authenticateByIam(onCloudRun);
    case 'verify':
      return authenticateByProof(settings, certificatesUrl);
    default:
      return settings.CALLER_AUTH satisfies never;
  }
}
