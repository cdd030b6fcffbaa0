import assert from 'node:assert/strict';
import { type Stage, startStage } from './stage.ts';

const BOM = '\ufeff';

describe('section 2: the form of the payload', () => {
  let stage: Stage;
  let name: string;

  before(async () => {
    stage = await startStage();
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => {
    stage.emulator.reset();
    name = stage.emulator.startOperation();
  });

  const right: readonly { what: string; payload: (name: string) => string }[] = [
    { what: 'a JSON object', payload: (op) => JSON.stringify({ name: op }) },
    { what: 'a JSON object behind a byte order mark', payload: (op) => BOM + JSON.stringify({ name: op }) },
    { what: 'a JSON object with white space around it', payload: (op) => `\r\n\t ${JSON.stringify({ name: op })}\n\n` },
    { what: 'a JSON object with escapes', payload: (op) => `{"\\u006eame": "${op.replace('/', '\\/')}"}` },
    { what: 'the bare name', payload: (op) => op },
    { what: 'the bare name with white space around it', payload: (op) => ` \t\r\n${op}\r\n` },
    { what: 'the bare name behind a byte order mark', payload: (op) => `${BOM}${op}\n` },
  ];
  for (const { what, payload } of right) {
    it(`takes ${what}`, async () => {
      const { http, record } = await stage.post({ body: payload(name) });
      assert.deepEqual([http, record.outcome, record.resourceName], [200, 'CANCELLED', name]);
    });
  }

  const wrong: readonly { what: string; payload: string | Buffer; field: string }[] = [
    { what: 'nothing', payload: '', field: '' },
    { what: 'white space', payload: ' \r\n\t', field: '' },
    { what: 'a byte order mark', payload: BOM, field: '' },
    { what: 'null', payload: 'null', field: '' },
    { what: 'true', payload: 'true', field: '' },
    { what: 'a number', payload: '-1.5e3', field: '' },
    { what: 'a JSON string', payload: '"projects/acme-data/locations/us-central1/operations/op"', field: '' },
    { what: 'an empty array', payload: '[]', field: '' },
    { what: 'an array of commands', payload: '[{"name": "a"}]', field: '' },
    { what: 'an object cut off', payload: '{"name": "projects/acme-data/', field: '' },
    { what: 'an object with a comma too many', payload: '{"name": "a",}', field: '' },
    { what: 'an object in single quotes', payload: "{'name': 'a'}", field: '' },
    { what: 'an object with a comment', payload: '{/* a */"name": "a"}', field: '' },
    { what: 'two objects', payload: '{"name": "a"}{"name": "b"}', field: '' },
    { what: 'an object with NaN', payload: '{"wait": NaN}', field: '' },
    { what: 'an object with a line feed in a string', payload: '{"name": "a\nb"}', field: '' },
    { what: 'brackets without end', payload: '['.repeat(60_000), field: '' },
    { what: 'brackets nested deep', payload: `{"name": ${'['.repeat(30_000)}${']'.repeat(30_000)}}`, field: 'name' },
    { what: 'form data', payload: 'name=projects%2Facme-data', field: 'name' },
    { what: 'a word', payload: 'cancel', field: 'name' },
    {
      what: 'two names',
      payload: 'projects/a/locations/b/operations/c projects/a/locations/b/operations/d',
      field: 'name',
    },
    { what: 'UTF-16 with its mark', payload: Buffer.from(`${BOM}{"name": "a"}`, 'utf16le'), field: '' },
    { what: 'a byte that is no UTF-8', payload: Buffer.from([0x7b, 0xff, 0x7d]), field: '' },
    { what: 'an overlong slash', payload: Buffer.from([0xc0, 0xaf]), field: '' },
    { what: 'a surrogate in UTF-8', payload: Buffer.from([0xed, 0xa0, 0x80]), field: '' },
    { what: 'a character cut off', payload: Buffer.from('{"name": "é').subarray(0, -1), field: '' },
    { what: 'Latin-1', payload: Buffer.from('{"reason": "é"}', 'latin1'), field: '' },
  ];
  for (const { what, payload, field } of wrong) {
    it(`refuses ${what}`, async () => {
      const { http, record } = await stage.post({ body: payload });
      assert.deepEqual([http, record.outcome, record.resourceName], [400, 'INVALID', null]);
      const [violation, ...more] = record.status.fieldViolations;
      assert.deepEqual([violation?.field, more], [field, []]);
      assert.match(violation?.description ?? '', /^must /);
      assert.equal(stage.emulator.counts.requests.get, 0);
    });
  }
});
