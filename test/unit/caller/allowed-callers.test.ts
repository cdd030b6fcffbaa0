import assert from 'node:assert/strict';
import { type AuthenticationInfo, checkCaller } from '../../../src/caller/authenticate.ts';
import { Refusal } from '../../../src/terms/refusal.ts';
import { settingsOf } from './way-in.ts';

const BOT = 'ops-bot@acme-data.iam.gserviceaccount.com';

function admitted(email: string | null, verifiedBy: AuthenticationInfo['verifiedBy'] = 'OIDC') {
  const caller = { principalEmail: email, principalSubject: '1', verifiedBy };
  return { caller, bySignatureAlone: false, checkBody: undefined };
}

describe('caller: ALLOWED_CALLERS', () => {
  const settings = settingsOf({ ALLOWED_CALLERS: `${BOT}, Kim.Ist@example.com` });

  for (const email of [BOT, BOT.toUpperCase(), 'kim.ist@example.com'])
    it(`${email} may`, () => checkCaller(settings, admitted(email)));

  for (const email of [
    null,
    '',
    'root@example.com',
    `${BOT} `,
    `x${BOT}`,
    '\u212Aim.ist@example.com',
    'k\u0131m.ist@example.com',
  ])
    it(`${JSON.stringify(email)} may not`, () => {
      assert.throws(
        () => checkCaller(settings, admitted(email)),
        (error) => {
          assert.ok(error instanceof Refusal);
          assert.deepEqual([error.outcome, error.status.name], ['DENIED', 'PERMISSION_DENIED']);
          assert.deepEqual([error.status.reason, error.details.rule], ['CALLER_NOT_ALLOWED', 'ALLOWED_CALLERS']);
          return true;
        },
      );
    });

  it('nobody may, off Cloud Run', () => {
    assert.throws(() => checkCaller(settings, admitted(null, 'NONE')), Refusal);
  });

  it('a webhook that is known by its signature alone is not affected', () => {
    checkCaller(settings, { ...admitted(null, null), bySignatureAlone: true });
  });

  it('a caller whose token says nothing is not let in by what else is missing', () => {
    assert.throws(() => checkCaller(settings, admitted(null, null)), Refusal);
  });

  it('everybody may where it is not set', () => checkCaller(settingsOf({}), admitted(null)));
});
