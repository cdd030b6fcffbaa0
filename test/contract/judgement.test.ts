import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { deliveryRequest, SHAPES, type Shape } from '../pubsub/shapes.ts';
import { type Stage, startBeside, startStage } from './stage.ts';

const SUBSCRIPTION = { name: 'projects/acme-data/subscriptions/cancel', topic: 'projects/acme-data/topics/cancel' };
const PUSHER = 'pusher@acme-data.iam.gserviceaccount.com';

/** What a request does wrong. Each step of the judgement refuses one of them. */
type Wrongs = {
  size: boolean;
  token: boolean;
  caller: boolean;
  command: boolean;
  age: boolean;
  permission: boolean;
};

const ORDER: readonly { wrong: keyof Wrongs; outcome: string; http: number; rule?: string }[] = [
  { wrong: 'size', outcome: 'INVALID', http: 200 },
  { wrong: 'token', outcome: 'UNAUTHENTICATED', http: 401 },
  { wrong: 'caller', outcome: 'DENIED', http: 403, rule: 'ALLOWED_CALLERS' },
  { wrong: 'command', outcome: 'INVALID', http: 200 },
  { wrong: 'age', outcome: 'EXPIRED', http: 200 },
  { wrong: 'permission', outcome: 'DENIED', http: 200, rule: 'ALLOWED_PARENTS' },
];

describe('section 3: the order of judgement', () => {
  let stage: Stage;

  before(async () => {
    stage = await startStage({
      K_SERVICE: 'datastream-operation-cancel',
      ALLOWED_CALLERS: PUSHER,
      ALLOWED_PARENTS: 'projects/acme-data/locations/us-central1',
    });
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.emulator.reset());

  for (const shape of SHAPES) {
    for (const [step, { wrong, outcome, http, rule = null }] of ORDER.entries()) {
      it(`judges ${wrong} before what is behind it, ${shape}`, async () => {
        const answer = await stage.post(request(shape, wrongFrom(step)));
        const { record } = answer;
        assert.deepEqual([record.outcome, answer.http, record.authorizationInfo.rule], [outcome, http, rule]);
        assert.equal(record.trigger.type, 'PUBSUB');
        assert.equal(record.requestId, 'pubsub:7', 'a refusal can be joined with the other deliveries');
        assert.equal(stage.emulator.counts.requests.get, 0);
      });
    }

    it(`finds nothing wrong with a request that does nothing wrong, ${shape}`, async () => {
      const { http, record } = await stage.post(request(shape, wrongFrom(ORDER.length)));
      assert.deepEqual([http, record.outcome, record.authenticationInfo.principalEmail], [200, 'CANCELLED', PUSHER]);
    });
  }

  const message = { messageId: '7', data: 'x' };
  const unusable: readonly { what: string; headers?: Record<string, string>; body: string | Buffer }[] = [
    { what: 'bad gzip', headers: { 'content-encoding': 'gzip' }, body: 'x' },
    { what: 'an unknown coding', headers: { 'content-encoding': 'zstd' }, body: 'x' },
    { what: 'a bare word', body: 'x' },
    { what: 'nothing', body: '' },
    { what: 'bad JSON', headers: { 'content-type': 'application/json' }, body: '{' },
    { what: 'bad UTF-8', body: Buffer.from([0xff]) },
    { what: 'bad base64', body: JSON.stringify({ message: { data: '?' }, subscription: 'x' }) },
    { what: 'attributes only', body: JSON.stringify({ message: {}, subscription: 'x' }) },
    { what: 'no message', body: JSON.stringify({ message: null, subscription: 'x' }) },
    { what: 'another event', headers: { 'ce-type': 'com.example.other' }, body: '{}' },
    { what: 'good gzip of nonsense', headers: { 'content-encoding': 'gzip' }, body: gzipSync('x') },
    { what: 'an unwrapped push', ...deliveryRequest('unwrapped', message, SUBSCRIPTION) },
    { what: 'a forged coding', headers: { 'x-goog-pubsub-message-id': '7', 'content-encoding': 'gzip' }, body: 'x' },
  ];
  for (const { what, headers, body } of unusable) {
    it(`asks for the caller before it looks at ${what}`, async () => {
      const { http, record } = await stage.post({ body, ...(headers && { headers }) });
      assert.deepEqual([http, record.outcome], [401, 'UNAUTHENTICATED']);
      const stranger = { ...headers, authorization: tokenOf('stranger@example.com') };
      const denied = await stage.post({ headers: stranger, body });
      assert.deepEqual([denied.http, denied.record.outcome], [403, 'DENIED']);
      const known = { ...headers, authorization: tokenOf(PUSHER) };
      const { record: seen } = await stage.post({ headers: known, body });
      assert.equal(seen.outcome, 'INVALID');
    });
  }

  it('never acknowledges a message whose caller shows a wrong token, or whose token cannot be checked', async () => {
    const strict = { CALLER_AUTH: 'verify', OIDC_AUDIENCE: 'audience', ALLOWED_CALLERS: PUSHER };
    const nowhere = { certificatesUrl: 'http://127.0.0.1:1/certs' };
    await using unreachable = await startBeside(stage, strict, nowhere);
    await using reachable = await startBeside(stage, strict, {
      certificatesUrl: `${stage.emulator.url}/oauth2/v1/certs`,
    });
    const claims = { sub: '1093', email: PUSHER, email_verified: true };
    const right = `Bearer ${stage.emulator.identityToken({ ...claims, aud: 'audience' })}`;
    const wrong = `Bearer ${stage.emulator.identityToken({ ...claims, aud: 'another' })}`;
    const outcomeOf = async (asked: Stage, shape: Shape, authorization: string) => {
      const { headers, body } = request(shape, wrongFrom(ORDER.length));
      const { http, record } = await asked.post({ headers: { ...headers, authorization }, body });
      return [http, record.outcome];
    };
    // At once, since fetching certificates is tried again for a while.
    const all = SHAPES.map(async (shape) => {
      assert.deepEqual(await outcomeOf(unreachable, shape, right), [503, 'ERROR']);
      assert.deepEqual(await outcomeOf(reachable, shape, wrong), [401, 'UNAUTHENTICATED']);
      assert.deepEqual(await outcomeOf(reachable, shape, right), [200, 'CANCELLED']);
    });
    await Promise.all(all);
  });

  /** Everything is wrong from this step of the order on, and right before it. */
  function wrongFrom(step: number): Wrongs {
    const isWrong = (wrong: keyof Wrongs) => ORDER.findIndex((entry) => entry.wrong === wrong) >= step;
    return {
      size: isWrong('size'),
      token: isWrong('token'),
      caller: isWrong('caller'),
      command: isWrong('command'),
      age: isWrong('age'),
      permission: isWrong('permission'),
    };
  }

  function request(shape: Shape, wrongs: Wrongs) {
    const location = wrongs.permission ? 'elsewhere' : 'us-central1';
    const name = stage.emulator.startOperation({ location });
    const command = JSON.stringify({ name, ...(wrongs.command && { force: true }) });
    const data = wrongs.size ? command.padEnd(65_537) : command;
    const publishTime = wrongs.age ? '2001-01-01T00:00:00Z' : new Date().toISOString();
    const { headers, body } = deliveryRequest(shape, { messageId: '7', data, publishTime }, SUBSCRIPTION);
    const authorization = tokenOf(wrongs.caller ? 'stranger@example.com' : PUSHER);
    return { headers: { ...headers, ...(!wrongs.token && { authorization }) }, body };
  }
});

/** A token as Cloud Run hands on one that it has checked. */
function tokenOf(email: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `Bearer ${part({ alg: 'RS256' })}.${part({ email, sub: '1093' })}.SIGNATURE_REMOVED_BY_GOOGLE`;
}
