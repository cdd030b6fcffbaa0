import assert from 'node:assert/strict';
import type { Headers } from '../../../src/delivery/headers.ts';
import type { Reason } from '../../../src/terms/reason.ts';
import { bearer, handedOn, PRINCIPAL, SUBJECT, serverlessBearer, webhookHeaders } from '../../security/proofs.ts';
import { outcomeOf, wayIn } from './way-in.ts';

const BOB = 'bob@example.com';
const anEmail = (email: string) => bearer(handedOn({ email }));

describe('caller: iam on Cloud Run', () => {
  const authenticate = wayIn({});

  const REFUSED: { name: string; headers: Headers; reason: Reason }[] = [
    { name: 'nothing', headers: {}, reason: 'TOKEN_MISSING' },
    { name: 'an empty Authorization', headers: { authorization: '' }, reason: 'TOKEN_MISSING' },
    { name: 'another scheme', headers: { authorization: `Basic ${handedOn()}` }, reason: 'TOKEN_MISSING' },
    {
      name: 'a scheme that begins alike',
      headers: { authorization: `BearerX ${handedOn()}` },
      reason: 'TOKEN_MISSING',
    },
    { name: 'a token without its scheme', headers: { authorization: handedOn() }, reason: 'TOKEN_MISSING' },
    { name: 'a signature', headers: webhookHeaders({ body: '' }), reason: 'TOKEN_MISSING' },
    { name: 'Bearer alone', headers: { authorization: 'Bearer' }, reason: 'TOKEN_MALFORMED' },
    { name: 'two parts', headers: bearer('a.b'), reason: 'TOKEN_MALFORMED' },
    { name: 'four parts', headers: bearer(`${handedOn()}.b`), reason: 'TOKEN_MALFORMED' },
    { name: 'an empty signature', headers: bearer(handedOn({}, '')), reason: 'TOKEN_MALFORMED' },
    { name: 'something behind the token', headers: bearer(`${handedOn()} more`), reason: 'TOKEN_MALFORMED' },
    {
      name: 'claims that are no JSON',
      headers: bearer('e30.bm90.SIGNATURE_REMOVED_BY_GOOGLE'),
      reason: 'TOKEN_MALFORMED',
    },
    {
      name: 'claims that are null',
      headers: bearer('e30.bnVsbA.SIGNATURE_REMOVED_BY_GOOGLE'),
      reason: 'TOKEN_MALFORMED',
    },
    { name: 'nobody', headers: bearer(handedOn({ sub: undefined, email: undefined })), reason: 'TOKEN_MALFORMED' },
    { name: 'an email in a list', headers: bearer(handedOn({ email: [BOB] })), reason: 'TOKEN_MALFORMED' },
    { name: 'a token of 17 KiB', headers: bearer(handedOn({ more: 'a'.repeat(13_000) })), reason: 'TOKEN_MALFORMED' },
    { name: 'a signature in place', headers: bearer(handedOn({}, 'c2lnbmF0dXJl')), reason: 'TOKEN_UNCHECKED' },
    {
      name: 'the token twice, joined',
      headers: { 'x-serverless-authorization': `Bearer ${handedOn()}, Bearer ${handedOn()}` },
      reason: 'TOKEN_MALFORMED',
    },
    {
      name: 'the token twice, apart',
      headers: { authorization: [`Bearer ${handedOn()}`, `Bearer ${handedOn()}`] },
      reason: 'TOKEN_MALFORMED',
    },
    {
      name: 'another scheme and the token in one header',
      headers: { 'x-serverless-authorization': `Basic YTpi, Bearer ${handedOn()}` },
      reason: 'TOKEN_MALFORMED',
    },
    {
      name: 'a checked token where Cloud Run has looked at the other header, which is empty',
      headers: { ...bearer(handedOn()), 'x-serverless-authorization': '' },
      reason: 'TOKEN_MISSING',
    },
    {
      name: 'a checked token where Cloud Run has looked at the other header, of another scheme',
      headers: { ...bearer(handedOn()), 'x-serverless-authorization': 'Basic YTpi' },
      reason: 'TOKEN_MISSING',
    },
    {
      name: 'a checked token behind a whole one in the other header',
      headers: { ...bearer(handedOn()), ...serverlessBearer(handedOn({}, 'c2lnbmF0dXJl')) },
      reason: 'TOKEN_UNCHECKED',
    },
  ];
  for (const { name, headers, reason } of REFUSED)
    it(`${name}: ${reason}`, async () => assert.equal(await outcomeOf(() => authenticate(headers)), reason));

  const ADMITTED: { name: string; headers: Headers; email: string | null; subject?: string | null }[] = [
    { name: 'a checked token', headers: bearer(handedOn()), email: PRINCIPAL },
    { name: 'in the other header', headers: serverlessBearer(handedOn()), email: PRINCIPAL },
    { name: 'a scheme in small letters', headers: { authorization: `bearer   ${handedOn()} ` }, email: PRINCIPAL },
    { name: 'the first of two', headers: { ...anEmail(BOB), ...serverlessBearer(handedOn()) }, email: PRINCIPAL },
    { name: 'one header in a list', headers: { authorization: [`Bearer ${handedOn()}`] }, email: PRINCIPAL },
    { name: 'a token of 15 KiB', headers: bearer(handedOn({ more: 'a'.repeat(11_000) })), email: PRINCIPAL },
    { name: 'no email', headers: bearer(handedOn({ email: undefined })), email: null },
    { name: 'no subject', headers: bearer(handedOn({ sub: undefined })), email: PRINCIPAL, subject: null },
    { name: 'an unverified email', headers: bearer(handedOn({ email_verified: false })), email: null },
    { name: 'an email verified in words', headers: bearer(handedOn({ email_verified: 'false' })), email: null },
    {
      name: 'an email without a word on it',
      headers: bearer(handedOn({ email_verified: undefined })),
      email: PRINCIPAL,
    },
    { name: 'an email like a credential', headers: anEmail('ya29.bob@gmail.com'), email: 'ya29.bob@gmail.com' },
    { name: 'an email with a line break', headers: anEmail(`${BOB}\n`), email: `${BOB} ` },
    { name: 'a long email', headers: anEmail(`${'a'.repeat(400)}@b.c`), email: `${'a'.repeat(319)}…` },
  ];
  for (const { name, headers, email, subject = SUBJECT } of ADMITTED) {
    it(`${name} is admitted as ${email?.slice(0, 40)}`, async () => {
      assert.deepEqual(await outcomeOf(() => authenticate(headers)), {
        caller: { principalEmail: email, principalSubject: subject, verifiedBy: 'IAM' },
        bySignatureAlone: false,
        checkBody: undefined,
      });
    });
  }
});

describe('caller: iam off Cloud Run', () => {
  const authenticate = wayIn({}, { onCloudRun: false });
  const ANY: [string, Headers][] = [
    ['nothing', {}],
    ['a token that nobody has checked', bearer(handedOn())],
    ['garbage', { authorization: 'Bearer ,,' }],
    ['a signature', webhookHeaders({ body: '' })],
  ];
  for (const [name, headers] of ANY) {
    it(`${name} is admitted as nobody`, async () => {
      const { caller, bySignatureAlone, checkBody } = await authenticate(headers);
      assert.deepEqual(caller, { principalEmail: null, principalSubject: null, verifiedBy: 'NONE' });
      assert.deepEqual([bySignatureAlone, checkBody], [false, undefined]);
    });
  }
});
