import { writeSync } from 'node:fs';
import { http } from '@google-cloud/functions-framework';
import { assemble } from './assemble.ts';
import { readSettings } from './settings.ts';
import { keepRequestsUnparsed } from './unparsed-requests.ts';

/*
 * The entry point of the deployment: registers the function, or stops the process where a setting is wrong. Written to
 * stderr as one line, since Cloud Logging makes an entry of each.
 */
const read = readSettings(process.env);
if (!read.ok) {
  writeSync(2, `datastream-operation-cancel cannot start. Set right: ${read.problems.join('; ')}\n`);
  process.exit(1);
}
keepRequestsUnparsed();
http('cancelOperation', assemble(read.settings, process.env));
