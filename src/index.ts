import { writeSync } from 'node:fs';
import { http } from '@google-cloud/functions-framework';
import { assemble } from './assemble.ts';
import { withoutDomains } from './framework/domains.ts';
import { drainOnSigterm } from './framework/shutdown.ts';
import { leaveUnparsed, onRequestStart } from './framework/unparsed-requests.ts';
import { metadataServer } from './google/identity.ts';
import { readSettings } from './settings.ts';
import { systemClock } from './terms/clock.ts';

/*
 * The entry point of the deployment: registers the function, or stops the process where a setting is wrong. The
 * problems go to stderr as one line, because Cloud Logging makes an entry of each line.
 */
const read = readSettings(process.env);
if (!read.ok) {
  writeSync(2, `datastream-operation-cancel cannot start. Set right: ${read.problems.join('; ')}\n`);
  process.exit(1);
}
const { CALLER_AUTH, OIDC_AUDIENCE, ALLOWED_CALLERS } = read.settings;
if (CALLER_AUTH === 'verify' && OIDC_AUDIENCE !== undefined && ALLOWED_CALLERS === undefined) {
  writeSync(2, 'OIDC_AUDIENCE without ALLOWED_CALLERS lets in every Google account: list the callers.\n');
}
if (CALLER_AUTH === 'iam' && process.env['K_SERVICE'] === undefined) {
  writeSync(2, 'Off Cloud Run nobody checks callers (CALLER_AUTH=iam): everybody who reaches this port is admitted.\n');
}
// Where one is expected, google-auth-library need not look whether it is there: that takes a round trip, and what it finds
// instead it repeats on stderr.
if (metadataServer(process.env) !== undefined) process.env['METADATA_SERVER_DETECTION'] ??= 'assume-present';
const shutdown = drainOnSigterm(systemClock);
onRequestStart((start) => {
  leaveUnparsed(start);
  shutdown.follow(start);
});
withoutDomains();
http('cancelOperation', assemble(read.settings, process.env, { shutdown }));
