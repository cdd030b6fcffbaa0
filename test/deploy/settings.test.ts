import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSettings } from '../../src/settings.ts';
import { tryScript } from './build.ts';
import { listPages, readPage } from './pages.ts';
import { callsOf, createRecorder, type Recorder, root } from './recorder.ts';

/** The settings that the function knows: an environment in which every variable is set but empty has a problem with each. */
function knownSettings(): string[] {
  const everyVariable = new Proxy<Record<string, string>>({}, { get: () => '', has: () => true });
  const read = readSettings(everyVariable);
  return read.ok ? [] : [...new Set(read.problems.map((problem) => problem.split(':')[0] ?? ''))].sort();
}

/** The variables of a service, as gcloud was given them. */
const parseVariables = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/^(?<name>\w+): '(?<value>.*)'$/gm)].map(({ groups }) => [groups?.['name'], groups?.['value']]),
  );

const audience = 'OIDC_AUDIENCE: https://cancel.example.com';
const open = `CALLER_AUTH: verify\n${audience}`;

describe('a settings file', () => {
  let recorder: Recorder;

  before(async () => {
    recorder = await createRecorder();
    for (const account of ['', '-invoker', '-build']) {
      await recorder.put('iam service-accounts', `datastream-cancel${account}`);
    }
  });

  after(() => recorder[Symbol.asyncDispose]());

  /** Deploys with a file that has this text. */
  async function deploy(text: string, environment: Readonly<Record<string, string>> = {}) {
    await recorder.forgetCommands();
    await recorder.write('deploy/settings.mine.yaml', text);
    return await tryScript(recorder, 'deploy.sh', { _SETTINGS: 'deploy/settings.mine.yaml', ...environment });
  }

  for (const { title, text, says, environment } of [
    {
      title: 'a name with a letter too few',
      text: 'ALLOWED_CALLER: ops@acme.com',
      says: /no setting ALLOWED_CALLER\. ALLOWED_CALLERS is/,
    },
    { title: 'a name with a letter too many', text: 'REQUIRE_REASONS: true', says: /REQUIRE_REASON is meant/ },
    { title: 'a name with letters swapped', text: 'ALLOWED_VREBS: create', says: /ALLOWED_VERBS is meant/ },
    { title: 'a name in another case', text: 'Allowed_Parents: x', says: /ALLOWED_PARENTS is meant/ },
    { title: 'webhook secrets', text: 'WEBHOOK_SECRETS: x', says: /Secret Manager/ },
    { title: 'a slip of webhook secrets', text: 'WEBHOOK_SECRET: x', says: /Secret Manager/ },
    { title: 'a variable of Node.js', text: "NODE_OPTIONS: '--inspect=0.0.0.0'", says: /no setting NODE_OPTIONS/ },
    { title: 'a variable of Google', text: 'CLOUD_RUN_TIMEOUT_SECONDS: 60', says: /no setting CLOUD_RUN/ },
    { title: 'a quoted key', text: '"CALLER_AUTH": verify', says: /line 1: write KEY: value/ },
    { title: 'a space before the colon', text: 'CALLER_AUTH : verify', says: /line 1: write KEY: value/ },
    { title: 'no space behind the colon', text: 'CALLER_AUTH:verify', says: /line 1: write KEY: value/ },
    { title: 'a remark behind the value', text: 'CALLER_AUTH: verify # x', says: /line 1: write KEY: value/ },
    { title: 'double quotes', text: 'CALLER_AUTH: "verify"', says: /line 1: write KEY: value/ },
    { title: 'an anchor', text: 'CALLER_AUTH: &a verify', says: /line 1: write KEY: value/ },
    { title: 'an indented line', text: '# x\n  CALLER_AUTH: verify', says: /line 2: write KEY: value/ },
    { title: 'no value', text: 'ALLOWED_CALLERS:', says: /line 1: write KEY: value/ },
    { title: "another system's line ends", text: 'CALLER_AUTH: verify\r\n', says: /line 1: write KEY: value/ },
    {
      title: 'a doubled key',
      text: 'CALLER_AUTH: verify\nCALLER_AUTH: iam',
      says: /line 2: CALLER_AUTH stands there twice/,
    },
    { title: 'a way to identify callers that there is not', text: 'CALLER_AUTH: verifyx', says: /iam or verify/ },
    {
      title: 'a deadline that Cloud Run would not wait for',
      text: 'REQUEST_DEADLINE: 60s',
      says: /must be below the 60s/,
    },
    {
      title: 'a public service that asks nobody',
      text: '# CALLER_AUTH: verify',
      says: /needs CALLER_AUTH: verify/,
      environment: { _PUBLIC: 'true' },
    },
    {
      title: 'a public service that nobody could call',
      text: 'CALLER_AUTH: verify',
      says: /needs a proof/,
      environment: { _PUBLIC: 'true' },
    },
    {
      title: 'a public service for every Google account',
      text: open,
      says: /needs ALLOWED_CALLERS/,
      environment: { _PUBLIC: 'true' },
    },
    {
      title: 'a public service whose list of callers is a remark',
      text: `${open}\n# ALLOWED_CALLERS: a@b.c`,
      says: /needs ALLOWED_CALLERS/,
      environment: { _PUBLIC: 'true' },
    },
  ]) {
    it(`is refused for ${title}`, async () => {
      const { code, output } = await deploy(text, environment);
      assert.equal(code, 1);
      assert.match(output, says);
      assert.deepEqual(await recorder.commands(), []);
    });
  }

  it('is refused where it is a link to another one', async () => {
    await recorder.run('ln -sf /etc/hostname deploy/settings.link.yaml');
    const { code, output } = await tryScript(recorder, 'deploy.sh', { _SETTINGS: 'deploy/settings.link.yaml' });
    assert.equal(code, 1);
    assert.match(output, /There is no file deploy\/settings\.link\.yaml/);
  });

  it('may make a service public that verifies its callers', async () => {
    for (const [text, secret] of [
      [`${open}\nALLOWED_CALLERS: ops@acme.com`, ''],
      ['CALLER_AUTH: verify', 'datastream-cancel-webhook-secrets:1'],
    ] as const) {
      const { code, output } = await deploy(text, { _PUBLIC: 'true', _SECRET_VERSION: secret });
      assert.equal(code, 0, output);
    }
    const [call] = callsOf(await recorder.commands(), 'gcloud run deploy');
    assert.ok(call?.includes('--no-invoker-iam-check') && call.includes('--no-allow-unauthenticated'));
  });

  it('is deployed as it was read, with room for every header of an unwrapped push', async () => {
    const text =
      "ALLOWED_PARENTS: 'projects/a/locations/*, projects/b/locations/*'\n\n# x\nREQUIRE_REASON: true\nMAX_OPERATIONS: 5";
    const { code, output } = await deploy(text);
    assert.equal(code, 0, output);
    assert.deepEqual(parseVariables(await recorder.kept('variables')), {
      ALLOWED_PARENTS: 'projects/a/locations/*, projects/b/locations/*',
      MAX_OPERATIONS: '5',
      REQUIRE_REASON: 'true',
      NODE_OPTIONS: '--max-http-header-size=262144',
    });
  });
});

describe('deploy/settings.yaml', () => {
  /** What a deployment makes of it; with `all`, with what it has commented out as well. */
  async function deployed(all: boolean): Promise<Record<string, string>> {
    await using recorder = await createRecorder();
    const text = await readFile(join(root, 'deploy/settings.yaml'), 'utf8');
    await recorder.write('deploy/settings.yaml', all ? text.replaceAll(/^# (?=[A-Z_]+: )/gm, '') : text);
    const read =
      'set -e; source deploy/config.sh; source deploy/settings.sh; read_settings; check_settings; print_settings';
    const { code, output } = await recorder.run(read, { PROJECT_ID: 'acme-data' });
    assert.equal(code, 0, output);
    const { NODE_OPTIONS: _, ...settings } = parseVariables(output);
    return settings;
  }

  it('is right as it is', async () => {
    assert.equal(readSettings(await deployed(false)).ok, true);
  });

  it('is right with all that it has commented out, and has every setting but the secrets and the endpoint', async () => {
    const settings = await deployed(true);
    assert.equal(readSettings(settings).ok, true);
    assert.deepEqual([...Object.keys(settings), 'WEBHOOK_SECRETS', 'DATASTREAM_ENDPOINT'].sort(), knownSettings());
  });

  it('may have every setting that the function knows, and no other', async () => {
    const [, known = ''] = /KNOWN_SETTINGS='(.*)'/.exec(await readFile(join(root, 'deploy/settings.sh'), 'utf8')) ?? [];
    assert.deepEqual([...known.split(' '), 'WEBHOOK_SECRETS'].sort(), knownSettings());
  });

  it('is explained, setting by setting, on the page about deploying', async () => {
    const rows = (await readPage('docs/deploying.md')).matchAll(/^\| `(?<name>[A-Z]+_[A-Z_]+)`.*?\|/gm);
    const names = [...rows].flatMap(({ 0: row }) => [...row.matchAll(/[A-Z]+_[A-Z_]+/g)].map(([name]) => name));
    assert.deepEqual(names.sort(), knownSettings());
    assert.ok((await listPages()).includes('docs/deploying.md'));
  });
});
