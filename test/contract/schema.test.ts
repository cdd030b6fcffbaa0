import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { jsonSchemaText, SCHEMA_FILE } from '../../build/json-schema.ts';
import { ask } from './ask.ts';
import { type HeldStage, startHeldStage } from './held-stage.ts';

const published = readFileSync(SCHEMA_FILE, 'utf8');

/** A validator that knows nothing of this project, for the file as it is published. */
const validate = new Ajv2020({ allErrors: true, validateFormats: false }).compile(JSON.parse(published));

describe('section 5: api/audit-record.schema.json', () => {
  let stage: HeldStage;

  before(async () => {
    stage = await startHeldStage();
  });
  after(() => stage[Symbol.asyncDispose]());

  const assertValid = (value: unknown) => {
    assert.ok(validate(value), JSON.stringify(validate.errors));
  };

  it('is what the zod schema that types the code makes now', () => {
    assert.equal(published, jsonSchemaText(), 'npm run build makes it anew');
  });

  it('is of JSON Schema 2020-12', () => {
    assert.equal(JSON.parse(published).$schema, 'https://json-schema.org/draft/2020-12/schema');
  });

  it('holds for answers and log entries of every kind', async () => {
    const { emulator } = stage;
    const commands = [
      emulator.startOperation(),
      emulator.startOperation({ onCancel: { kind: 'neverEnds' } }),
      emulator.startOperation({ onCancel: { kind: 'fails', code: 'INTERNAL' } }),
      emulator.startOperation({ onCancel: { kind: 'refuses', error: { code: 'UNIMPLEMENTED' } } }),
      emulator.startOperation({ endsByItself: { kind: 'completes' } }),
      `${emulator.parent}/operations/unknown`,
      'projects/other-project/locations/us-central1/operations/o',
      '{"name": 5, "more": null}',
      { message: { data: 'bm9uc2Vuc2U=', messageId: '1', publishTime: '2026-11-22T10:00:00Z' }, subscription: 's' },
      { parent: emulator.parent, select: { verbs: ['create'] }, validateOnly: true },
    ];
    for (const command of commands) {
      const body = typeof command === 'string' ? command : JSON.stringify(command);
      assertValid(JSON.parse((await ask(stage.url, { body })).text));
    }
    for (const line of stage.lines) assertValid(JSON.parse(line).audit);
    assert.ok(stage.lines.length > commands.length);
    assert.ok(stage.lines.some((line) => line.includes('"phase":"INTENT"')));
  });

  describe('does not hold', () => {
    /** A record that is valid, as a test may change it. */
    async function record(): Promise<Record<string, unknown>> {
      return { ...(await stage.act(stage.emulator.startOperation())).record };
    }

    it('where a field is missing, whichever it is', async () => {
      const whole = await record();
      for (const field of Object.keys(whole)) {
        const { [field]: _, ...rest } = whole;
        assert.equal(validate(rest), false, `without ${field}`);
      }
    });

    for (const { what, change } of [
      { what: 'a field is added', change: { more: 1 } },
      { what: 'an outcome is unknown', change: { outcome: 'DONE' } },
      { what: 'a string is a number', change: { requestId: 5 } },
      { what: 'a count is negative', change: { cancelAttempts: -1 } },
      { what: 'a string is too long', change: { reason: 'x'.repeat(513) } },
      { what: 'the version is another', change: { schemaVersion: '2.0' } },
      { what: 'an object within has a free key', change: { counts: { CANCELLED: 1 } } },
      { what: 'a result is no record', change: { results: [{}] } },
    ]) {
      it(`where ${what}`, async () => {
        assert.equal(validate({ ...(await record()), ...change }), false);
      });
    }
  });
});
