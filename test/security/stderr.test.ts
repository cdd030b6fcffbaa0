import assert from 'node:assert/strict';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { failedStart, spawnFunction } from '../support/process.ts';
import { until } from '../support/until.ts';
import { ANY_TOKEN, bodiesWith, RECORDED_HEADERS } from './leaks.ts';
import { send } from './post.ts';
import { AUDIENCE, bearer, CURRENT_SECRET, handedOn } from './proofs.ts';
import { ask, assertQuiet } from './running.ts';
import { assertNothingSecret } from './secrets.ts';

describe('section 5: nothing secret on stdout or stderr of the built function', () => {
  let emulator: Emulator;

  before(async () => {
    emulator = await startEmulator();
  });

  beforeEach(() => emulator.reset());
  after(() => emulator.close());

  for (const environment of ['production', 'development']) {
    it(`writes nothing of what it is sent, however odd that is (NODE_ENV=${environment})`, async () => {
      await using running = await spawnFunction({
        ...emulator.environment,
        NODE_ENV: environment,
        // The framework then adds labels to each line, with what a header says.
        LOG_EXECUTION_ID: 'true',
        K_SERVICE: 'cancel',
        DEFAULT_WAIT: '0s',
      });
      const proof = handedOn({ email: undefined });
      const content = (type: string) => ({ ...bearer(proof), 'content-type': type });
      await ask(running, [
        { body: `{"name": "${CURRENT_SECRET}`, headers: content('application/json') },
        { body: `{"name": "${CURRENT_SECRET}`, headers: content('application/json; charset=klingon') },
        { body: `name=${CURRENT_SECRET}&${'a[b]'.repeat(200)}`, headers: content('application/x-www-form-urlencoded') },
        { body: CURRENT_SECRET, headers: content('text/plain; charset=utf-16') },
        { body: CURRENT_SECRET, headers: content('multipart/form-data') },
        { body: CURRENT_SECRET, headers: content('a type that is none') },
        { body: CURRENT_SECRET, headers: { ...content('application/json'), 'content-encoding': 'gzip' } },
        { body: CURRENT_SECRET, headers: { ...content('application/json'), 'content-encoding': 'br' } },
        { body: CURRENT_SECRET, path: `/%E0%A4%A?token=${proof}` },
        { body: CURRENT_SECRET, headers: { cookie: `token=${proof}`, referer: `https://a.example/?token=${proof}` } },
        ...Object.values(bodiesWith(ANY_TOKEN)).map((body) => ({ body, headers: bearer(proof) })),
        ...RECORDED_HEADERS.map((name) => ({ body: CURRENT_SECRET, headers: { [name]: proof } })),
      ]);
      if (environment === 'production') assertQuiet(running);
      assert.equal(running.stderr(), '');
    });
  }

  it('lets no header make a line long', async () => {
    await using running = await spawnFunction({ ...emulator.environment, LOG_EXECUTION_ID: 'true' });
    const trace = `${'a'.repeat(32)}/${'1'.repeat(7000)}`;
    const headers = { 'function-execution-id': 'x'.repeat(7000), 'x-cloud-trace-context': trace };
    await send(running.url, { headers, body: 'nothing' });
    const line = await until('the line of the request', () => running.lines.at(-1));
    assert.ok(line.length < 5000, `The line has ${line.length} characters.`);
  });

  it('writes no token where the metadata server fails with one in its mouth', async () => {
    // As on a virtual machine: google-auth-library looks for the metadata server itself, and warns where it is odd.
    const headers = { 'metadata-flavor': 'Google' };
    const { METADATA_SERVER_DETECTION: _, ...elsewhere } = emulator.environment;
    for (const status of [200, 403, 500]) {
      emulator.reset();
      emulator.fault({ on: 'metadata', fault: { kind: 'status', status, headers, body: `Bearer ${ANY_TOKEN}` } });
      await using running = await spawnFunction({
        ...elsewhere,
        ALLOWED_PARENTS: 'projects/*/locations/*',
        REQUEST_DEADLINE: '0.3s',
      });
      const [record] = await ask(running, [{ body: emulator.startOperation() }]);
      assert.equal(record?.outcome, 'ERROR');
      assertNothingSecret([JSON.stringify(record), ...running.lines, running.stderr()], [ANY_TOKEN]);
      assert.equal(emulator.counts.requests.get, 0);
    }
  });

  it('writes nothing but its entries where Datastream repeats the token', async () => {
    await using running = await spawnFunction({ ...emulator.environment, DEFAULT_WAIT: '0s' });
    emulator.fault({
      on: ['get', 'cancel'],
      fault: ({ headers }) => ({
        kind: 'error',
        error: { code: 'UNAUTHENTICATED', message: `No: ${headers.authorization}`, reason: headers.authorization },
      }),
    });
    await ask(running, [{ body: emulator.startOperation() }]);
    assertQuiet(running);
    const tokens = emulator.requests.map(({ headers }) => headers.authorization?.slice('Bearer '.length) ?? '');
    assertNothingSecret(
      [...running.lines, running.stderr()],
      tokens.filter((token) => token !== ''),
    );
    assert.ok(tokens.some((token) => token.startsWith('ya29.')));
  });

  it('says what is wrong with a setting without repeating it', async () => {
    const { code, stdout, stderr } = await failedStart({
      CALLER_AUTH: 'verify',
      OIDC_AUDIENCE: `${AUDIENCE} ${ANY_TOKEN}`,
      WEBHOOK_SECRETS: `${CURRENT_SECRET}, ${CURRENT_SECRET}%, ${CURRENT_SECRET.replace('whsec_', '')}`,
      DATASTREAM_ENDPOINT: `https://admin:${ANY_TOKEN}@datastream.googleapis.com`,
    });
    assert.notEqual(code, 0);
    assert.match(stderr, /WEBHOOK_SECRETS.*DATASTREAM_ENDPOINT/);
    assert.equal(stdout, '');
    assertNothingSecret([stderr], [ANY_TOKEN, CURRENT_SECRET.slice('whsec_'.length), AUDIENCE]);
  });
});
