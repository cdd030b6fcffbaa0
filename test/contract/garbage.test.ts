import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Question } from './ask.ts';
import { bodies, commands, names, nearNames } from './garbage-commands.ts';
import { envelopes, headers, paths } from './garbage-requests.ts';
import { isName } from './name-oracle.ts';
import { type Recorded, type Stage, startBeside, startStage } from './stage.ts';

/*
 * Whatever is sent: no crash, no 5xx, one record and one RESULT that says the same (Stage.post holds that), and nothing
 * asked of Datastream but what a valid name in the request says. A failing run tells its seed: set SEED to it to repeat.
 */
const RUNS = 250;
const SEED = process.env['SEED'];
const PARAMETERS = { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) };

describe('garbage', () => {
  let stage: Stage;
  let strict: Stage;

  before(async () => {
    stage = await startStage({}, {}, { logLimit: RUNS * 10 });
    strict = await startBeside(stage, {
      CALLER_AUTH: 'verify',
      OIDC_AUDIENCE: 'audience',
      WEBHOOK_SECRETS: 'whsec_c2VjcmV0',
    });
  });
  after(async () => {
    await strict[Symbol.asyncDispose]();
    await stage[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    stage.emulator.reset();
    stage.lines.length = 0;
    strict.lines.length = 0;
  });

  it('for a name reaches Datastream if, and only if, it is a name', async () => {
    await hold(fc.oneof(names, nearNames, nearNames, fc.string({ unit: 'binary' })), async (name) => {
      const from = stage.emulator.requests.length;
      const { record } = await survives({ body: JSON.stringify({ name }) });
      const asked = stage.emulator.requests.slice(from).filter(({ path }) => path.startsWith('/v1/'));
      assert.equal(record.resourceName, isName(name) ? name : null);
      assert.deepEqual(
        asked.map(({ path }) => path),
        isName(name) ? [`/v1/${name}`] : [],
      );
    });
  });

  it('for a bare name is taken the same way', async () => {
    await hold(nearNames, async (name) => {
      const { record } = await survives({ body: ` ${name}\n` });
      assert.equal(record.resourceName, isName(name.trim()) ? name.trim() : null);
    });
  });

  it('for a command is refused field by field, or it is a command', async () => {
    await hold(commands, async (command) => {
      const { record } = await survives({ body: JSON.stringify(command) });
      assert.equal(record.outcome === 'INVALID', record.status.fieldViolations.length > 0);
    });
  });

  it('for a body changes nothing, whatever it is said to be', async () => {
    await hold(fc.record({ body: bodies, headers, path: paths }), async (question) => {
      await survives(question);
    });
  });

  it('for a body in pieces or in gzip changes nothing', async () => {
    await hold(bodies, async (body) => {
      const whole = await survives({ body });
      const pieces = await survives({ body: [body.subarray(0, 1), body.subarray(1)] });
      const coded = await survives({ body: gzipSync(body), headers: { 'content-encoding': 'gzip' } });
      for (const { record } of [pieces, coded]) assert.deepEqual(record.status, whole.record.status);
    });
  });

  it('for headers cancels what the body says all the same, or says why not', async () => {
    await hold(headers, async (given) => {
      const name = stage.emulator.startOperation();
      const { record } = await survives({ body: JSON.stringify({ name }), headers: given });
      assert.ok(record.resourceName === name || record.outcome === 'INVALID', record.status.message);
      assert.equal(stage.emulator.operation(name)?.done, record.outcome === 'CANCELLED');
    });
  });

  it('for an envelope is acknowledged, never delivered again', async () => {
    await hold(envelopes, async (envelope) => {
      const { http, record } = await survives({ body: JSON.stringify(envelope) });
      assert.equal(record.trigger.type, 'PUBSUB');
      assert.equal(http, 200, record.status.message);
    });
  });

  it('lets no stranger in, whatever is sent', async () => {
    await hold(fc.record({ body: bodies, headers, path: paths }), async (question) => {
      const { http, record } = await strict.post(question);
      assert.equal(record.outcome, 'UNAUTHENTICATED');
      assert.equal(http, 401);
    });
    assert.equal(strict.results().length, RUNS);
  });

  /** Holds a property over many values. */
  async function hold<T>(values: fc.Arbitrary<T>, holds: (value: T) => Promise<void>): Promise<void> {
    await fc.assert(fc.asyncProperty(values, holds), PARAMETERS);
    const written = stage.emulator.requests.filter(({ path }) => path.startsWith('/v1/'));
    for (const { path } of written) assert.ok(isAsked(path), `${path} was asked of Datastream`);
  }

  async function survives(question: Question): Promise<Recorded> {
    const from = stage.lines.length;
    const answer = await stage.post(question);
    assert.ok(answer.http < 500, `${answer.http}: ${answer.record.status.message}`);
    const results = stage.lines.slice(from).filter((line) => line.includes('"phase":"RESULT"'));
    assert.equal(results.length, 1 + (answer.record.results?.length ?? 0));
    return answer;
  }
});

/** Whether a path is one that a valid name, or a valid parent of a list, makes. */
function isAsked(path: string): boolean {
  const [resource = '', query] = path.slice('/v1/'.length).split('?');
  if (query !== undefined) return isName(`${resource}/a`);
  return isName(resource.endsWith(':cancel') ? resource.slice(0, -':cancel'.length) : resource);
}
