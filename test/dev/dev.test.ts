import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { childrenOf, type Program, runs, startProgram } from '../demo/program.ts';
import { openScratchProject, type ScratchProject } from '../demo/scratch-project.ts';
import { startEmulator } from '../emulator/emulator.ts';
import { until } from '../support/until.ts';
import { commandAfter, perform, performForRecord } from './printed-command.ts';

const ANY_PORTS = { PORT: '0', EMULATOR_PORT: '0' };

/** Credentials of a developer, which must not be used: with them no operation could be cancelled. */
const SIGNED_IN = { GOOGLE_APPLICATION_CREDENTIALS: '/no/such/file' };

/** What it says is seen in every answer. */
const CHANGED_FILE = 'src/answer.ts';

describe('npm run dev', () => {
  let project: ScratchProject;
  let program: Program;
  let good: string;
  let url: string;

  before(async () => {
    project = await openScratchProject();
    good = await readFile(project.path(CHANGED_FILE), 'utf8');
    program = startProgram(project.path('test/dev/main.ts'), { ...ANY_PORTS, ...SIGNED_IN });
    await printed('Audit log');
    url = /function +(http:\S+)/.exec(program.stdout())?.[1] ?? assert.fail(program.stdout());
  });

  after(async () => {
    await program[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
  });

  /** Waits until something is printed, behind what was printed `since` (characters). */
  function printed(text: string, since = 0): Promise<true> {
    return until(text, () => program.stdout().includes(text, since)).catch((error: unknown) => {
      throw new Error(`${error}\n${program.stdout().slice(since)}\n${program.stderr()}`);
    });
  }

  /** Changes the source, and waits until something is said of it. */
  async function change(text: string, said: string): Promise<void> {
    const since = program.stdout().length;
    await writeFile(project.path(CHANGED_FILE), text);
    await printed(said, since);
  }

  async function cacheControl(): Promise<string | null> {
    const response = await fetch(url, { method: 'POST', body: 'no name' });
    return response.headers.get('cache-control');
  }

  for (const { heading, trigger, kind } of [
    { heading: '  Webhook', trigger: 'WEBHOOK', kind: 'webhook' },
    { heading: '  Pub/Sub push', trigger: 'PUBSUB', kind: 'pubsub' },
  ]) {
    it(`prints a command for ${trigger} that cancels, and then another one`, async () => {
      const first = await performForRecord(commandAfter(heading, program.stdout()));
      assert.deepEqual([first.outcome, first.trigger.type], ['CANCELLED', trigger]);
      const news = `${kind}-1 is done, ${kind}-2 runs now:`;
      await printed(news);
      const second = await performForRecord(commandAfter(news, program.stdout()));
      assert.deepEqual([second.outcome, second.trigger.type], ['CANCELLED', trigger]);
      assert.notEqual(second.requestId, first.requestId);
      assert.match(second.resourceName ?? '', new RegExp(`/${kind}-2$`));
    });
  }

  it('prints a command for SCHEDULER that sweeps, again and again', async () => {
    const command = commandAfter('  Cloud Scheduler', program.stdout());
    for (const [first, second] of [
      [1, 2],
      [3, 4],
    ] as const) {
      const { trigger, counts } = await performForRecord(command);
      assert.deepEqual([trigger.type, counts?.CANCELLED], ['SCHEDULER', 2]);
      await printed(`sweep-${first} and sweep-${second} are done, sweep-${first + 2} and sweep-${second + 2} run now`);
    }
  });

  it('has operations that end in other ways', async () => {
    const [, ids = ''] = /Other ends.*\n((?: {4}.*\n)+)/.exec(program.stdout()) ?? [];
    assert.ok(ids.includes('fails-anyway') && ids.includes('cannot-be-cancelled'), ids);
    const body = 'projects/acme-data/locations/us-central1/operations/cannot-be-cancelled';
    const answer = await fetch(url, { method: 'POST', body });
    assert.equal(JSON.parse(await answer.text()).outcome, 'UNSUPPORTED');
  });

  it('prints a command that starts an operation as one wants it', async () => {
    const response = await perform(commandAfter('  An operation of your own', program.stdout()));
    const { names } = JSON.parse(await response.text());
    const answer = await fetch(url, { method: 'POST', body: names[0] });
    assert.equal(JSON.parse(await answer.text()).outcome, 'COMPLETED');
  });

  it('shows each entry of the audit log on a line for a person', async () => {
    await fetch(url, { method: 'POST', body: '{"name": "https://somewhere"}' });
    await printed('INVALID');
    assert.match(program.stdout(), /^\d\d:\d\d:\d\d {2}NOTICE {3}INTENT {12}WEBHOOK {4}webhook-1$/m);
    assert.match(program.stdout(), /^\d\d:\d\d:\d\d {2}NOTICE {3}CANCELLED {9}WEBHOOK {4}webhook-1$/m);
    assert.match(program.stdout(), /^\d\d:\d\d:\d\d {2}NOTICE {3}BATCH {13}SCHEDULER {2}locations\/europe-west3$/m);
    assert.match(program.stdout(), /^\d\d:\d\d:\d\d {2}WARNING {2}INVALID .* \(no resource\) {2}name must be/m);
  });

  it('starts the function anew when its source changes, at the same address', async () => {
    assert.equal(await cacheControl(), 'no-store');
    await change(good.replace("'no-store'", "'no-cache'"), `started anew after a change of ${CHANGED_FILE}`);
    assert.equal(await cacheControl(), 'no-cache');
  });

  for (const { what, source, said, because } of [
    { what: 'build', source: 'const = ;\n', said: 'The source does not build', because: `${CHANGED_FILE}:1:6` },
    {
      what: 'start',
      source: "throw new Error('not today');\n",
      said: 'What was built does not start',
      because: 'not today',
    },
  ]) {
    it(`keeps the last good function where the source does not ${what}, and says why`, async () => {
      await change(source + good, `✘ ${said}. The last good one goes on.`);
      await printed(because);
      assert.doesNotMatch(program.stdout(), /^\s+at /m);
      assert.equal(await cacheControl(), 'no-cache');
    });
  }

  it('goes on with the source once that is mended', async () => {
    await change(good, 'started anew');
    assert.equal(await cacheControl(), 'no-store');
  });

  it('says that the function ended by itself, and starts it with the next change', async function () {
    if (process.platform !== 'linux') this.skip();
    const [child] = await childrenOf(program.pid);
    process.kill(child ?? assert.fail('no function'), 'SIGKILL');
    await printed('The function ended by itself (killed). Waiting for a change in src/.');
    const response = await fetch(url, { method: 'POST', body: 'anything' });
    assert.deepEqual(
      [response.status, await response.text()],
      [503, 'The function does not run. npm run dev says why.\n'],
    );
    await change(`${good}\n`, 'started anew');
    assert.equal(await cacheControl(), 'no-store');
  });

  it('ends both at SIGINT, and leaves nothing behind', async () => {
    const children = await childrenOf(program.pid);
    program.kill('SIGINT');
    assert.equal(await program.ended(), 0);
    assert.equal(program.stderr(), '');
    assert.deepEqual(children.filter(runs), []);
    await assert.rejects(fetch(url));
  });
});

describe('npm run dev, at its start', () => {
  let project: ScratchProject;
  let main: string;

  beforeEach(async () => {
    project = await openScratchProject();
    main = project.path('test/dev/main.ts');
  });

  afterEach(() => project[Symbol.asyncDispose]());

  it('waits for a change where the source does not build', async () => {
    const good = await readFile(project.path(CHANGED_FILE), 'utf8');
    await writeFile(project.path(CHANGED_FILE), 'const = ;');
    await using program = startProgram(main, ANY_PORTS);
    const waiting = '✘ The source does not build. Waiting for a change in src/.';
    await until('the waiting', () => program.stdout().includes(waiting));
    await writeFile(project.path(CHANGED_FILE), good);
    await until('the function', () => program.stdout().includes('Audit log'));
  });

  it('says which settings are wrong', async () => {
    await using program = startProgram(main, { ...ANY_PORTS, DEFAULT_WAIT: 'soon' });
    await until('the problem', () => program.stdout().includes('Set right: DEFAULT_WAIT'));
  });

  it('ends at SIGTERM while it starts, and leaves nothing behind', async function () {
    if (process.platform !== 'linux') this.skip();
    await using program = startProgram(main, ANY_PORTS);
    let children: number[] = [];
    while (children.length === 0 && runs(program.pid)) children = await childrenOf(program.pid);
    program.kill('SIGTERM');
    assert.equal(await program.ended(), 0);
    assert.ok(children.length > 0);
    assert.deepEqual(children.filter(runs), []);
  });

  for (const variable of ['PORT', 'EMULATOR_PORT']) {
    it(`says that the port of ${variable} is taken`, async () => {
      await using other = await startEmulator();
      await using program = startProgram(main, { ...ANY_PORTS, [variable]: String(other.port) });
      assert.equal(await program.ended(), 1);
      const message = `Port ${other.port} is taken. Choose another one, or any free one: ${variable}=0 npm run dev\n`;
      assert.equal(program.stderr(), message);
    });
  }
});
