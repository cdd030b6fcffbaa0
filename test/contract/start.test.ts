import assert from 'node:assert/strict';
import { failedStart, spawnFunction } from '../support/process.ts';
import { ask } from './ask.ts';

const SECRET_VALUE = 'not-a-secret-in-its-form';

/** Every setting, wrong. */
const WRONG = {
  ALLOWED_PARENTS: 'acme-data',
  ALLOWED_VERBS: '',
  ALLOWED_CALLERS: 'nobody',
  REQUIRE_REASON: 'yes',
  CALLER_AUTH: 'none',
  OIDC_AUDIENCE: '',
  WEBHOOK_SECRETS: SECRET_VALUE,
  DATASTREAM_ENDPOINT: 'http://datastream.googleapis.com',
  DEFAULT_WAIT: '10',
  REQUEST_DEADLINE: '0s',
  MAX_EVENT_AGE: '-1s',
  MAX_OPERATIONS: '1001',
};

/** Every setting, right and not the default. */
const RIGHT = {
  ALLOWED_PARENTS: 'projects/acme-data/locations/*',
  ALLOWED_VERBS: 'create,update',
  ALLOWED_CALLERS: 'ops@example.com',
  REQUIRE_REASON: 'true',
  CALLER_AUTH: 'verify',
  OIDC_AUDIENCE: 'https://example.com',
  WEBHOOK_SECRETS: 'whsec_c2VjcmV0IG9mIHRlc3RzIQ==',
  DATASTREAM_ENDPOINT: 'http://127.0.0.1:9',
  DEFAULT_WAIT: '0s',
  REQUEST_DEADLINE: '30s',
  MAX_EVENT_AGE: '600s',
  MAX_OPERATIONS: '1000',
};

describe('section 7: the start of the real process', () => {
  it('fails with one message that lists every setting that is wrong', async () => {
    const { code, stdout, stderr } = await failedStart(WRONG);
    assert.equal(code, 1);
    assert.equal(stdout, '');
    const [message = '', ...more] = stderr.trimEnd().split('\n');
    assert.deepEqual(more, [], 'one line, so one entry of Cloud Logging');
    for (const name of Object.keys(WRONG)) assert.equal(message.split(`${name}: `).length, 2, `${name} in: ${message}`);
  });

  it('repeats no value, which might be a secret', async () => {
    const { stderr } = await failedStart({ WEBHOOK_SECRETS: SECRET_VALUE, OIDC_AUDIENCE: 'two words here' });
    assert.match(stderr, /WEBHOOK_SECRETS: .*OIDC_AUDIENCE: |OIDC_AUDIENCE: .*WEBHOOK_SECRETS: /);
    assert.doesNotMatch(stderr, /not-a-secret|two words here/);
  });

  it('fails for one setting that is wrong, and names no other', async () => {
    const { code, stderr } = await failedStart({ ...RIGHT, DEFAULT_WAIT: 'soon' });
    assert.equal(code, 1);
    assert.match(stderr, /DEFAULT_WAIT: must be a Duration/);
    for (const name of Object.keys(RIGHT).filter((each) => each !== 'DEFAULT_WAIT')) assert.ok(!stderr.includes(name));
  });

  for (const [what, env] of [
    ['no setting at all', {}],
    ['every setting', RIGHT],
  ] as const) {
    it(`succeeds with ${what}, silently`, async () => {
      await using fn = await spawnFunction(env);
      assert.equal((await ask(fn.url, { method: 'GET' })).http, 405);
      assert.deepEqual([fn.lines, fn.stderr()], [[], '']);
    });
  }

  it('registers an HTTP function, whatever signature is asked for', async () => {
    await using fn = await spawnFunction({ FUNCTION_SIGNATURE_TYPE: 'cloudevent', METADATA_SERVER_DETECTION: 'none' });
    const { http, text } = await ask(fn.url, { body: 'nonsense' });
    assert.deepEqual([http, JSON.parse(text).outcome], [400, 'INVALID']);
  });
});
