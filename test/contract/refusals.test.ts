import assert from 'node:assert/strict';
import { type Clock, systemClock } from '../../src/terms/clock.ts';
import { AUDIENCE, CLAIMS, CURRENT_SECRET, handedOn, secondsFromNow } from '../security/proofs.ts';
import { startFunction } from '../support/function.ts';
import { ask, type Question } from './ask.ts';
import { type Stage, startBeside, startStage } from './stage.ts';

const PARENT = 'projects/acme-data/locations/us-central1';
const NAME = `${PARENT}/operations/operation-1`;
const OPERATION = 'projects/{project}/locations/{location}/operations/{operation}';
const select = { verbs: ['create'] };
const sweep = { parent: PARENT, select };

/** What is sent, and every violation that is answered. */
const COMMANDS: readonly { what: string; body: unknown; says: Readonly<Record<string, string>> }[] = [
  { what: 'nothing', body: {}, says: { name: 'must be given, or parent and select instead to cancel many.' } },
  {
    what: 'nothing but an empty reason',
    body: { reason: '' },
    says: {
      reason: 'must be 1 to 256 characters of well-formed Unicode without control characters.',
      name: 'must be given, or parent and select instead to cancel many.',
    },
  },
  {
    what: 'both forms in one',
    body: { name: NAME, ...sweep },
    says: { name: 'must stand alone: leave it out, or parent, select and maxOperations.' },
  },
  { what: 'a selection of nowhere', body: { select }, says: { parent: 'must be given beside select.' } },
  { what: 'a parent alone', body: { parent: PARENT }, says: { select: 'must be given beside parent.' } },
  {
    what: 'an empty selection',
    body: { parent: PARENT, select: {} },
    says: { select: 'must have at least one of verbs, target and minAge.' },
  },
  {
    what: 'a selection that is none',
    body: { parent: PARENT, select: 'create' },
    says: { select: 'must be an object with at least one of verbs, target and minAge.' },
  },
  { what: 'an empty name', body: { name: '' }, says: { name: `must be ${OPERATION}.` } },
  { what: 'a name that is none', body: { name: 7 }, says: { name: 'must be a string.' } },
  { what: 'white space', body: { name: ` ${NAME}` }, says: { name: 'must have no white space around it.' } },
  { what: 'white space behind', body: { name: `${NAME}\n` }, says: { name: 'must have no white space around it.' } },
  { what: 'a space within', body: { name: `${PARENT}/operations/a b` }, says: { name: `must be ${OPERATION}.` } },
  {
    what: 'a version',
    body: { name: `v1/${NAME}` },
    says: { name: 'must start with "projects/", without a slash or a version before it.' },
  },
  {
    what: 'a version within',
    body: { name: `${PARENT}/operations/a/v1/b` },
    says: { name: `must be ${OPERATION}.` },
  },
  {
    what: 'the method',
    body: { name: `${NAME}:cancel` },
    says: { name: 'must be the name alone, without ":cancel" behind it.' },
  },
  {
    what: 'something behind the method',
    body: { name: `${NAME}:cancelled` },
    says: { name: `must be ${OPERATION}.` },
  },
  {
    what: 'a resource',
    body: { name: `${PARENT}/privateConnections/vpc` },
    says: {
      name: `must be the operation that works on the resource, ${OPERATION}. List the operations of its location to find it.`,
    },
  },
  {
    what: 'a parent for all',
    body: { ...sweep, parent: 'projects/acme-data/locations/*' },
    says: { parent: 'must be one project and one location, projects/{project}/locations/{location}, without "*".' },
  },
  {
    what: 'a parent that is none',
    body: { ...sweep, parent: 'acme-data' },
    says: { parent: 'must be projects/{project}/locations/{location}.' },
  },
  ...['projects', 'projects/a?b', `projects/${'a'.repeat(1016)}`, 'x/projects/a'].map((target) => ({
    what: `the target ${target.slice(0, 20)}`,
    body: { parent: PARENT, select: { target } },
    says: {
      'select.target':
        'must be a resource name such as "projects/{project}/locations/{location}/streams/*"; "*" stands for a segment or a part of one.',
    },
  })),
  {
    what: 'no verb',
    body: { parent: PARENT, select: { verbs: [] } },
    says: { 'select.verbs': 'must name a verb, or be left out.' },
  },
  {
    what: '51 verbs',
    body: { parent: PARENT, select: { verbs: Array(51).fill('create') } },
    says: { 'select.verbs': 'must name at most 50 verbs.' },
  },
  {
    what: 'verbs that are no list',
    body: { parent: PARENT, select: { verbs: 'create' } },
    says: { 'select.verbs': 'must be a list of verbs such as ["create"].' },
  },
  {
    what: 'verbs that are none',
    body: { parent: PARENT, select: { verbs: ['2create', 'create!'] } },
    says: {
      'select.verbs[0]': 'must be a verb of OperationMetadata such as "create".',
      'select.verbs[1]': 'must be a verb of OperationMetadata such as "create".',
    },
  },
  ...[0, 21, 1.5, '5'].map((maxOperations) => ({
    what: `maxOperations ${JSON.stringify(maxOperations)}`,
    body: { ...sweep, maxOperations },
    says: { maxOperations: 'must be a whole number from 1 to 20.' },
  })),
  {
    what: 'fields that are wrong all at once',
    body: { name: NAME, reason: '', requestId: 'a b', validateOnly: 'true', wait: 30, when: 'now' },
    says: {
      reason: 'must be 1 to 256 characters of well-formed Unicode without control characters.',
      requestId: 'must be 1 to 128 characters of A-Z a-z 0-9 . _ : @ / ~ and -.',
      validateOnly: 'must be true or false.',
      wait: 'must be a Duration string such as "30s" or "0.5s".',
      when: 'must be left out: there is no such field.',
    },
  },
  {
    what: 'a negative wait',
    body: { name: NAME, wait: '-1s' },
    says: { wait: 'must be a Duration such as "30s" or "0.5s", not negative.' },
  },
];

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const IAM = { K_SERVICE: 'cancel' };
const VERIFY = { CALLER_AUTH: 'verify', OIDC_AUDIENCE: AUDIENCE };

/** Who asks with which settings, and what the answer says. */
const CALLERS: readonly {
  what: string;
  env: Readonly<Record<string, string>>;
  question: (stage: Stage) => Question;
  says: string;
}[] = [
  {
    what: 'nobody at a private service',
    env: IAM,
    question: () => ({}),
    says: 'Send an OIDC token that Cloud Run can check, and keep the service private (CALLER_AUTH=iam).',
  },
  {
    what: 'somebody who is not listed',
    env: { ...IAM, ALLOWED_CALLERS: 'someone@example.com' },
    question: () => bearer(handedOn()),
    says: 'This caller may not use this function; its operator lists callers in ALLOWED_CALLERS.',
  },
  {
    what: 'nobody where a proof is asked for',
    env: VERIFY,
    question: () => ({}),
    says: 'Send a Google-signed OIDC token, or sign the webhook (CALLER_AUTH=verify).',
  },
  {
    what: 'a token without its signature',
    env: VERIFY,
    question: () => bearer(handedOn()),
    says: 'Send the OIDC token whole, signature included, as "Authorization: Bearer …".',
  },
  {
    what: 'an expired token',
    env: VERIFY,
    question: ({ emulator }) => bearer(emulator.identityToken({ ...CLAIMS, exp: secondsFromNow(-400) })),
    says: 'Send a current token: this one is expired, not yet valid, or lives too long.',
  },
  {
    what: 'an email that Google has not verified',
    env: VERIFY,
    question: ({ emulator }) => bearer(emulator.identityToken({ ...CLAIMS, email_verified: false })),
    says: 'Send a token whose email Google has verified.',
  },
  {
    what: 'a token for somebody else',
    env: VERIFY,
    question: ({ emulator }) => bearer(emulator.identityToken({ ...CLAIMS, aud: 'https://elsewhere.example' })),
    says: 'Send a token that Google signed for the audience of this function (OIDC_AUDIENCE).',
  },
  {
    what: 'a token where only webhooks are taken',
    env: { CALLER_AUTH: 'verify', WEBHOOK_SECRETS: CURRENT_SECRET },
    question: ({ emulator }) => bearer(emulator.identityToken(CLAIMS)),
    says: 'Send no token: this function takes signed webhooks only (OIDC_AUDIENCE is not set).',
  },
  {
    what: 'a signature that does not hold',
    env: { CALLER_AUTH: 'verify', WEBHOOK_SECRETS: CURRENT_SECRET },
    question: () => ({ headers: { 'webhook-signature': 'v1,AAAA' } }),
    says: 'Sign the raw body as Standard Webhooks asks, with a current secret and a current timestamp.',
  },
  {
    what: 'another project',
    env: { ALLOWED_PARENTS: 'projects/acme-lab/locations/*' },
    question: () => ({}),
    says: 'This function may not cancel operations of that project and location: its operator lists parents in ALLOWED_PARENTS.',
  },
  {
    what: 'another verb',
    env: { ALLOWED_VERBS: 'delete' },
    question: () => ({}),
    says: 'This function may not cancel operations of this verb; its operator lists verbs in ALLOWED_VERBS.',
  },
];

/** A fault of the function's own, as soon as it wants jitter for a pause. */
const faultyClock: Clock = {
  ...systemClock,
  random: () => {
    throw new RangeError('something secret');
  },
};

describe('section 2: a refusal says what would be right', () => {
  let stage: Stage;

  before(async () => {
    stage = await startStage();
  });
  after(() => stage[Symbol.asyncDispose]());

  for (const { what, body, says } of COMMANDS) {
    it(`to a command with ${what}`, async () => {
      const { http, record } = await stage.post({ body: JSON.stringify(body) });
      const told = record.status.fieldViolations.map(({ field, description }) => [field, description]);
      assert.deepEqual([http, Object.fromEntries(told)], [400, says]);
      assert.equal(told.length, Object.keys(says).length);
    });
  }

  for (const [text, field, description] of [
    ['{"name": ', '', 'must be well-formed JSON.'],
    ['["', '', 'must be well-formed JSON.'],
    ['"', '', 'must be well-formed JSON.'],
    ['operation{1}', 'name', `must be ${OPERATION}.`],
    ['7', '', 'must be a JSON object, or the bare name of an operation.'],
    [' \n', '', 'must not be empty: send a JSON object, or the bare name of an operation.'],
    [Buffer.of(0xff), '', 'must be UTF-8.'],
  ] as const) {
    it(`to the text ${JSON.stringify(String(text))}`, async () => {
      const { record } = await stage.post({ body: text });
      assert.deepEqual(record.status.fieldViolations, [{ field, description }]);
    });
  }

  it('to a command without the reason that is required', async () => {
    await using strict = await startBeside(stage, { REQUIRE_REASON: 'true' });
    const { record } = await strict.post({ body: JSON.stringify({ name: NAME }) });
    assert.deepEqual(record.status.fieldViolations, [{ field: 'reason', description: 'must be given: say why.' }]);
    assert.equal(record.validateOnly, false);
  });

  for (const { what, env, question, says } of CALLERS) {
    it(`to ${what}`, async () => {
      const certificatesUrl = `${stage.emulator.url}/oauth2/v1/certs`;
      await using site = await startBeside(stage, env, { certificatesUrl });
      const body = stage.emulator.startOperation();
      const { record } = await site.post({ body, ...question(stage) });
      assert.equal(record.status.message, says);
      assert.deepEqual(stage.emulator.operation(body)?.cancels.arrived, []);
    });
  }

  it('where it fails itself, without a word of what may be secret', async () => {
    await using faulty = await startBeside(stage, {}, { clock: faultyClock });
    const down = stage.emulator.fault({ on: 'get', fault: { kind: 'status', status: 503 } });
    const { http, record } = await faulty.post({ body: stage.emulator.startOperation() });
    down.remove();
    assert.deepEqual([http, record.outcome, record.status.name], [500, 'ERROR', 'INTERNAL']);
    assert.doesNotMatch(JSON.stringify(record), /something secret/);
    assert.match(record.status.message, /^This function failed \(RangeError\); send the request again/);
  });

  it('where it fails itself after a cancel: what became of the operation is not known', async () => {
    await using faulty = await startBeside(stage, {}, { clock: faultyClock });
    const name = stage.emulator.startOperation();
    const down = stage.emulator.fault({
      on: 'get',
      fault: () =>
        stage.emulator.operation(name)?.requestedCancellation ? { kind: 'status', status: 503 } : undefined,
    });
    const { http, record } = await faulty.post({ body: name });
    down.remove();
    assert.deepEqual([http, record.outcome, record.status.name], [500, 'UNKNOWN', 'INTERNAL']);
    assert.equal(record.cancelAttempts, 1);
  });

  it('to a CloudEvent that is no message', async () => {
    const description =
      'must be a CloudEvent of type google.cloud.pubsub.topic.v1.messagePublished, or no CloudEvent at all.';
    for (const headers of [
      { 'ce-type': 'google.cloud.audit.log.v1.written' },
      { 'content-type': 'application/cloudevents+json' },
      { 'content-type': ' Application/CloudEvents-batch+json; charset=utf-8' },
    ]) {
      const { record } = await stage.post({ headers, body: JSON.stringify({ name: NAME }) });
      assert.deepEqual(record.status.fieldViolations, [{ field: '', description }]);
      assert.equal(record.trigger.type, 'WEBHOOK');
    }
  });

  it('to everybody where the own project is not known', async () => {
    const { DATASTREAM_ENDPOINT } = stage.emulator.environment;
    await using started = await startFunction({ DATASTREAM_ENDPOINT });
    const { text } = await ask(started.url, { body: NAME });
    assert.match(text, /ALLOWED_PARENTS is not set and the own project is not known/);
  });
});
