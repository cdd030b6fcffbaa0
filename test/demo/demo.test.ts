import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { auditRecordSchema } from '../../src/record/schema.ts';
import { until } from '../support/until.ts';
import { showDemo } from './demo.ts';
import { childrenOf, runs, startProgram } from './program.ts';
import { openScratchProject } from './scratch-project.ts';
import { openStage } from './stage.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const BUNDLE = fileURLToPath(new URL('../../dist/index.cjs', import.meta.url));

const ESCAPE = '\u001b';
const GREEN = `${ESCAPE}[32m`;
const YELLOW = `${ESCAPE}[33m`;
const RED = `${ESCAPE}[31m`;

async function run(script: string, env: Readonly<Record<string, string>> = {}) {
  await using program = startProgram(script, env);
  const status = await program.ended();
  return { status, stdout: program.stdout(), stderr: program.stderr() };
}

describe('npm run demo', () => {
  let shown: Awaited<ReturnType<typeof run>>;
  let temporary: string;

  before(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'demo-test-'));
    // Credentials of a developer, which must not be used.
    shown = await run(MAIN, { TMPDIR: temporary, GOOGLE_APPLICATION_CREDENTIALS: '/no/such/file' });
  });

  after(() => rm(temporary, { recursive: true }));

  it('shows that everything is as it should be, and exits with 0', () => {
    const { status, stdout, stderr } = shown;
    assert.deepEqual([status, stderr], [0, ''], stdout);
    const rows = stdout.match(/^ {2}✔ {2}\d .*$/gm) ?? [];
    assert.equal(rows.length, 4);
    for (const row of rows) {
      const [, right, all] = /(\d+) of (\d+) checks hold$/.exec(row) ?? [];
      assert.ok(right === all && Number(all) > 0, row);
    }
    assert.match(stdout, /Everything is as it should be, in \d+\.\d s\./);
    assert.match(stdout, /npm run dev .*\n.*README\.md/);
  });

  it('shows what was asked, by whom, what became of the operation, and the answer', () => {
    for (const line of [
      /by +on-call-bot@acme-data\.iam\.gserviceaccount\.com, verified by IAM/,
      /operation +create streams\/orders +40 min +running → cancelled +1 cancel$/m,
      /answer +● CANCELLED +200 OK +\d+ ms log INTENT, RESULT$/m,
      /through +projects\/acme-data\/subscriptions\/cancel/,
      /delivery 2 ● ALREADY_DONE +200 OK/,
      /delivery 1 ● ERROR +503 UNAVAILABLE/,
      /through +datastream-operation-cancel-sweep/,
      /2 VALIDATED/,
      /2 CANCELLED/,
      /● INVALID +400/,
      /● UNAUTHENTICATED +401/,
      /● DENIED +403/,
      /● COMPLETED +200/,
      /● UNSUPPORTED +501/,
    ]) {
      assert.match(shown.stdout, line);
    }
  });

  it('shows the first record whole, every field on a line of its own', () => {
    const keys = [...shown.stdout.matchAll(/^ {6}"(\w+)": /gm)].map(([, key]) => key);
    assert.deepEqual(keys, Object.keys(auditRecordSchema.shape));
  });

  it('has no colors where there is no terminal', () => {
    assert.ok(!shown.stdout.includes(ESCAPE));
  });

  it('has the color of its severity for each outcome, where FORCE_COLOR asks for colors', async () => {
    const { stdout } = await run(MAIN, { FORCE_COLOR: '1' });
    for (const [color, outcome] of [
      [GREEN, 'CANCELLED'],
      [YELLOW, 'INVALID'],
      [RED, 'UNSUPPORTED'],
    ] as const) {
      const line = stdout.split('\n').find((text) => text.includes(`● ${outcome}`));
      assert.ok(line?.includes(color), line);
    }
  });

  it('fits into 100 columns where the terminal does not say how many it has', () => {
    assert.deepEqual(
      shown.stdout.split('\n').filter((line) => line.length > 100),
      [],
    );
  });

  it('fits into 80 columns', async () => {
    await using stage = await openStage();
    const lines: string[] = [];
    assert.ok(await showDemo(stage, { width: 80, style: (_, text) => text, print: (more) => lines.push(...more) }));
    assert.deepEqual(
      lines.filter((line) => line.length > 80),
      [],
    );
  });

  describe('with a function that is not as it should be', () => {
    for (const { title, bundle, problems } of [
      {
        title: 'no INTENT in the log',
        bundle: `
          const write = process.stdout.write.bind(process.stdout);
          process.stdout.write = (line, done) => (line.includes('"INTENT"') ? (done(), true) : write(line, done));
          require(${JSON.stringify(BUNDLE)});`,
        problems: [
          'Webhook: answer: log: RESULT, should be INTENT, RESULT',
          'Scheduler sweep: answer: log of result 2: RESULT, should be INTENT, RESULT',
        ],
      },
      {
        title: 'an answer that is not what the log says',
        bundle: `
          const { ServerResponse } = require('node:http');
          const { end } = ServerResponse.prototype;
          const lie = (text) => text.replace('"outcome":"COMPLETED"', '"outcome":"CANCELLED"');
          ServerResponse.prototype.end = function (text) { return end.call(this, lie(text)); };
          require(${JSON.stringify(BUNDLE)});`,
        problems: [
          'What goes wrong: answer: outcome: CANCELLED, should be COMPLETED',
          'What goes wrong: answer: record in the log is that of the answer: false, should be true',
        ],
      },
      {
        title: 'no cancel sent',
        bundle: `
          const http = require('node:http');
          const { request } = http;
          http.request = (url, ...more) => request(url.replace(':cancel', ':nothing'), ...more);
          require(${JSON.stringify(BUNDLE)});`,
        problems: [
          'Webhook: create of streams/orders: state: running, should be cancelled',
          'Webhook: create of streams/orders: cancels sent: 0, should be 1',
        ],
      },
      {
        title: 'no record',
        bundle: `require('@google-cloud/functions-framework').http('cancelOperation', (_, response) => response.send({}));`,
        problems: ['Webhook: ', 'Pub/Sub push: ', 'Scheduler sweep: ', 'What goes wrong: '],
      },
    ]) {
      it(`names what is wrong and exits with 1: ${title}`, async () => {
        await using project = await openScratchProject();
        await mkdir(project.path('dist'));
        await writeFile(project.path('dist/index.cjs'), bundle);
        const { status, stdout } = await run(project.path('test/demo/main.ts'));
        assert.equal(status, 1, stdout);
        assert.doesNotMatch(stdout, /Everything is as it should be/);
        for (const problem of problems) assert.ok(stdout.includes(`✘ ${problem}`), `${problem}\n${stdout}`);
      });
    }

    it('says that the function does not start, and exits with 1', async () => {
      await using project = await openScratchProject();
      const { status, stderr } = await run(project.path('test/demo/main.ts'));
      assert.equal(status, 1);
      assert.match(stderr, /^The demo cannot start\. The function did not start\./);
    });
  });

  describe('leaves nothing behind', () => {
    it('when it is through', async () => {
      assert.deepEqual(await readdir(temporary), []);
    });

    for (const { moment, signal, status } of [
      { moment: 'while the function starts', signal: 'SIGINT', status: 130 },
      { moment: 'in the middle', signal: 'SIGTERM', status: 143 },
    ] as const) {
      it(`when ${signal} ends it ${moment}`, async function () {
        if (process.platform !== 'linux') this.skip();
        await using program = startProgram(MAIN, { TMPDIR: temporary });
        let children: number[] = [];
        while (children.length === 0 && runs(program.pid)) children = await childrenOf(program.pid);
        if (moment === 'in the middle') await until('the first scene', () => program.stdout().includes('answer'));
        program.kill(signal);
        assert.equal(await program.ended(), status);
        assert.ok(children.length > 0);
        assert.deepEqual(children.filter(runs), []);
        assert.deepEqual(await readdir(temporary), []);
      });
    }
  });
});
