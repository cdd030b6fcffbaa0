import assert from 'node:assert/strict';
import { commandReader } from '../../src/command/read.ts';
import { readSettings } from '../../src/settings.ts';
import { concludedRecord } from '../support/record.ts';
import { blocksOf, PAGES, read } from './pages.ts';

const settings = readSettings({});
assert.ok(settings.ok);
const readCommand = commandReader(settings.settings);

describe('the commands that pages show', () => {
  for (const page of PAGES) {
    const shown = [...commandsInJson(page), ...commandsInShell(page)];
    if (shown.length === 0) continue;
    it(`${page}: all of ${shown.length} are taken`, () => {
      for (const command of shown) assert.ok(readCommand(Buffer.from(command)).ok, command);
    });
  }
});

describe('the record that README shows', () => {
  it('is one, in the form of the schema that is published', () => {
    const records = blocksOf(read('README.md')).filter(({ text }) => text.includes('"schemaVersion"'));
    assert.equal(records.length, 1);
    for (const { text } of records) assert.equal(concludedRecord(JSON.parse(text)).outcome, 'CANCELLED');
  });
});

/** Blocks of JSON that are commands: a record and a file of settings for an editor are none. */
function commandsInJson(page: string): string[] {
  const texts = blocksOf(read(page)).flatMap(({ language, text }) => (language === 'json' ? [text] : []));
  return texts.filter((text) => /^\s*"(?:name|names|parent)":/m.test(text) && !text.includes('"schemaVersion"'));
}

/** What shell commands send, with the operation's name and the project filled in. */
function commandsInShell(page: string): string[] {
  const filled = blocksOf(read(page))
    .filter(({ language }) => language === 'bash')
    .map(({ text }) =>
      text
        .replaceAll('\\"', '"')
        .replaceAll('$OPERATION', 'projects/acme-data/locations/us-central1/operations/operation-1')
        .replaceAll('$PROJECT_ID', 'acme-data'),
    );
  return filled.flatMap((text) =>
    [...text.matchAll(/\{\s*"(?:name|names|parent)":.*?\}(?=['"])/gs)].map(([all]) => all),
  );
}
