import assert from 'node:assert/strict';
import { carriesSignatureAlone } from '../../../src/caller/authenticate.ts';
import type { Headers } from '../../../src/delivery/headers.ts';
import type { Reason } from '../../../src/terms/reason.ts';
import {
  AUDIENCE,
  bearer,
  CURRENT_SECRET,
  handedOn,
  PRINCIPAL,
  SUBJECT,
  segment,
  serverlessBearer,
  signedBy,
  stranger,
  strangerOnCurve,
  timedClaims,
  webhookHeaders,
  withPart,
} from '../../security/proofs.ts';
import { heldClock } from '../../support/clock.ts';
import { type CertificateServer, googleKeys, KEY_ID, startCertificateServer } from './certificate-server.ts';
import { outcomeOf, wayIn } from './way-in.ts';

const DAY = 86_400;
const BODY = Buffer.from('{}');
const SETTINGS = { CALLER_AUTH: 'verify', OIDC_AUDIENCE: AUDIENCE, WEBHOOK_SECRETS: `key=${CURRENT_SECRET}` };

// The library's clock is the real one; held at its second, so that no row depends on how long the rows before took.
const clock = heldClock(0, Math.floor(Date.now() / 1000) * 1000);
const NOW = clock.now() / 1000;

const claims = (more = {}) => timedClaims({ iat: NOW, exp: NOW + 3600, ...more });
const google = (more = {}, header = {}) => signedBy(googleKeys.privateKey, { kid: KEY_ID, ...header }, claims(more));
const forged = (header: Record<string, unknown>, key = stranger.privateKey) => signedBy(key, header, claims());
const webhook = () => webhookHeaders({ body: BODY, at: NOW });

describe('caller: verify', () => {
  let server: CertificateServer;
  let authenticate: ReturnType<typeof wayIn>;

  before(async () => {
    server = await startCertificateServer();
  });
  after(() => server[Symbol.asyncDispose]());
  beforeEach(() => {
    server.fetches = 0;
    authenticate = wayIn(SETTINGS, { url: server.url, clock });
  });

  const JUDGED_ALONE: { name: string; headers: Headers; reason: Reason }[] = [
    { name: 'nothing', headers: {}, reason: 'CREDENTIALS_MISSING' },
    {
      name: 'an id and a timestamp',
      headers: { 'webhook-id': 'a', 'webhook-timestamp': '1' },
      reason: 'CREDENTIALS_MISSING',
    },
    { name: 'Basic', headers: { authorization: 'Basic YTpi' }, reason: 'CREDENTIALS_MISSING' },
    { name: 'Bearer alone', headers: { authorization: 'Bearer ' }, reason: 'TOKEN_MALFORMED' },
    {
      name: 'Bearer alone, beside a sound signature',
      headers: { ...webhook(), authorization: 'Bearer' },
      reason: 'TOKEN_MALFORMED',
    },
    { name: 'an opaque token', headers: bearer('ya29.abc'), reason: 'TOKEN_MALFORMED' },
    { name: 'a header that is no JSON', headers: bearer(withPart(google(), 0, 'bm90')), reason: 'TOKEN_MALFORMED' },
    {
      name: 'a bad token before a sound one',
      headers: { ...bearer(google()), ...serverlessBearer('a') },
      reason: 'TOKEN_MALFORMED',
    },
    {
      name: 'a sound token twice',
      headers: { 'x-serverless-authorization': `Bearer ${google()}, Bearer ${google()}` },
      reason: 'TOKEN_MALFORMED',
    },
    { name: 'a token that Cloud Run has checked', headers: bearer(handedOn()), reason: 'TOKEN_SIGNATURE_REMOVED' },
    {
      name: 'an old signature beside a sound token',
      headers: { ...bearer(google()), ...webhookHeaders({ body: BODY, at: NOW - 400 }) },
      reason: 'SIGNATURE_TOO_OLD',
    },
    ...(
      [
        ['no subject', { sub: undefined }, 'TOKEN_MALFORMED'],
        ['another issuer', { iss: 'https://accounts.google.com.evil.example' }, 'TOKEN_WRONG_ISSUER'],
        ['Google in a list of issuers', { iss: ['https://accounts.google.com'] }, 'TOKEN_WRONG_ISSUER'],
        ['no issuer', { iss: undefined }, 'TOKEN_WRONG_ISSUER'],
        ['another audience', { aud: `${AUDIENCE}/` }, 'TOKEN_WRONG_AUDIENCE'],
        ['the audience in a list', { aud: [AUDIENCE] }, 'TOKEN_WRONG_AUDIENCE'],
        ['no audience', { aud: undefined }, 'TOKEN_WRONG_AUDIENCE'],
        ['expired this second', { iat: NOW - 60, exp: NOW }, 'TOKEN_EXPIRED'],
        ['expired within the leeway of the library', { iat: NOW - 60, exp: NOW - 1 }, 'TOKEN_EXPIRED'],
        ['issued in 61 seconds', { iat: NOW + 61 }, 'TOKEN_NOT_YET_VALID'],
        ['to be used in 61 seconds', { nbf: NOW + 61 }, 'TOKEN_NOT_YET_VALID'],
        ['a life of a day and a second', { exp: NOW + DAY + 1 }, 'TOKEN_LIVES_TOO_LONG'],
        ['no time of issue', { iat: undefined }, 'TOKEN_LIVES_TOO_LONG'],
        ['no expiry', { exp: undefined }, 'TOKEN_LIVES_TOO_LONG'],
        ['an expiry in words', { exp: 'never' }, 'TOKEN_MALFORMED'],
        ['times in milliseconds', { iat: NOW * 1000, exp: NOW * 1000 + 1 }, 'TOKEN_NOT_YET_VALID'],
        ['an unverified email', { email_verified: false }, 'TOKEN_EMAIL_UNVERIFIED'],
        ['no word on the email', { email_verified: undefined }, 'TOKEN_EMAIL_UNVERIFIED'],
        ['verified in words', { email_verified: 'true' }, 'TOKEN_EMAIL_UNVERIFIED'],
      ] as const
    ).map(([name, more, reason]) => ({ name: `signed by Google, ${name}`, headers: bearer(google(more)), reason })),
    { name: 'no key id', headers: bearer(forged({})), reason: 'TOKEN_SIGNATURE_INVALID' },
    { name: 'a key id in a list', headers: bearer(forged({ kid: [KEY_ID] })), reason: 'TOKEN_SIGNATURE_INVALID' },
    { name: 'alg none', headers: bearer(forged({ alg: 'none', kid: KEY_ID })), reason: 'TOKEN_SIGNATURE_INVALID' },
    {
      name: 'another algorithm',
      headers: bearer(forged({ alg: 'ES256', kid: KEY_ID }, strangerOnCurve.privateKey)),
      reason: 'TOKEN_SIGNATURE_INVALID',
    },
  ];
  for (const { name, headers, reason } of JUDGED_ALONE) {
    it(`${name}: ${reason}, without asking for certificates`, async () => {
      assert.equal(await outcomeOf(() => authenticate(headers)), reason);
      assert.equal(server.fetches, 0);
    });
  }

  const FORGED: { name: string; token: string }[] = [
    { name: 'a key that nobody knows', token: forged({ kid: 'stranger' }) },
    { name: 'the key id __proto__', token: forged({ kid: '__proto__' }) },
    { name: "a stranger's key under the id of Google's", token: forged({ kid: KEY_ID }) },
    { name: 'other claims', token: withPart(google(), 1, segment(claims({ email: 'root@example.com' }))) },
    { name: 'the signature of another', token: withPart(google(), 2, google({ sub: '2' }).split('.')[2] ?? '') },
    { name: 'a signature cut short', token: google().slice(0, -8) },
  ];
  for (const { name, token } of FORGED)
    it(`${name}: TOKEN_SIGNATURE_INVALID`, async () => {
      assert.equal(await outcomeOf(() => authenticate(bearer(token))), 'TOKEN_SIGNATURE_INVALID');
    });

  it('a refusal has nothing of the token in it', async () => {
    for (const token of [...FORGED.map((each) => each.token), google({ aud: 'other' }), handedOn()]) {
      const error = await authenticate(bearer(token)).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof Error && 'status' in error);
      const told = `${JSON.stringify(error.status)} ${error.stack} ${String(error.cause)}`;
      for (const part of token.split('.')) assert.ok(!told.includes(part), told);
    }
  });

  const ADMITTED: { name: string; headers: Headers; email?: string | null }[] = [
    { name: 'a sound token', headers: bearer(google()) },
    { name: 'in the other header', headers: serverlessBearer(google()) },
    { name: 'before a bad one', headers: { ...serverlessBearer(google()), ...bearer('a') } },
    { name: 'behind another scheme', headers: { 'x-serverless-authorization': 'Basic YTpi', ...bearer(google()) } },
    { name: 'behind an empty header', headers: { 'x-serverless-authorization': '', ...bearer(google()) } },
    { name: 'the issuer without https', headers: bearer(google({ iss: 'accounts.google.com' })) },
    { name: 'issued in 60 seconds, for a day', headers: bearer(google({ iat: NOW + 60, exp: NOW + 60 + DAY })) },
    { name: 'about to expire', headers: bearer(google({ exp: NOW + 1 })) },
    { name: 'no email', headers: bearer(google({ email: undefined })), email: null },
    {
      name: 'like a credential',
      headers: bearer(google({ email: 'ya29.bob@gmail.com' })),
      email: 'ya29.bob@gmail.com',
    },
  ];
  for (const { name, headers, email = PRINCIPAL } of ADMITTED) {
    it(`${name}: admitted as ${email}`, async () => {
      assert.deepEqual(await outcomeOf(() => authenticate(headers)), {
        caller: { principalEmail: email, principalSubject: SUBJECT, verifiedBy: 'OIDC' },
        bySignatureAlone: false,
        checkBody: undefined,
      });
    });
  }

  it('who carries both must satisfy both, and is whom the token names', async () => {
    const { caller, bySignatureAlone, checkBody } = await authenticate({ ...bearer(google()), ...webhook() });
    assert.equal(bySignatureAlone, false);
    assert.deepEqual(checkBody?.(BODY), caller);
    assert.equal(caller.verifiedBy, 'OIDC');
    assert.equal(await outcomeOf(() => checkBody?.(Buffer.from('{ }'))), 'SIGNATURE_MISMATCH');
  });

  it('a bad token is not made good by a sound signature', async () => {
    const headers = { ...bearer(forged({ kid: KEY_ID })), ...webhook() };
    assert.equal(await outcomeOf(() => authenticate(headers)), 'TOKEN_SIGNATURE_INVALID');
  });

  it('an Authorization of another scheme stands beside a signature', async () => {
    const { bySignatureAlone, checkBody } = await authenticate({ ...webhook(), authorization: 'Basic YTpi' });
    assert.equal(bySignatureAlone, true);
    assert.equal(checkBody?.(BODY).principalSubject, 'key');
  });

  it('takes no token where no audience is set: TOKEN_NOT_ACCEPTED', async () => {
    const webhooksOnly = wayIn({ CALLER_AUTH: 'verify', WEBHOOK_SECRETS: CURRENT_SECRET }, { url: server.url, clock });
    for (const headers of [bearer(google()), { ...bearer(google()), ...webhook() }])
      assert.equal(await outcomeOf(() => webhooksOnly(headers)), 'TOKEN_NOT_ACCEPTED');
  });

  it('a signature is carried alone where there is no Bearer of either header', () => {
    const alone = [webhook(), { 'webhook-signature': '' }, { ...webhook(), authorization: 'Basic YTpi' }];
    const not = [{}, { 'webhook-id': 'a' }, bearer('a'), { ...webhook(), ...serverlessBearer('a') }];
    assert.deepEqual(
      alone.map(carriesSignatureAlone),
      alone.map(() => true),
    );
    assert.deepEqual(
      not.map(carriesSignatureAlone),
      not.map(() => false),
    );
  });
});
