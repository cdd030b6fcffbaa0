import assert from 'node:assert/strict';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { spawnFunction } from '../support/process.ts';
import {
  AUDIENCE,
  bearer,
  CLAIMS,
  CURRENT_SECRET,
  handedOn,
  PRINCIPAL,
  secondsFromNow,
  segment,
  signedBy,
  stranger,
  timedClaims,
  webhookHeaders,
  withPart,
} from './proofs.ts';
import { ask, assertQuiet } from './running.ts';

const PRELOAD = new URL('google-certificates.ts', import.meta.url).href;

describe('section 7: CALLER_AUTH=verify in the built function', () => {
  let emulator: Emulator;

  before(async () => {
    emulator = await startEmulator();
  });

  beforeEach(() => emulator.reset());
  after(() => emulator.close());

  it('verifies tokens against the certificates at Google’s address, which it fetches once', async () => {
    await using running = await spawnFunction({
      ...emulator.environment,
      NODE_OPTIONS: `--import=${PRELOAD}`,
      CERTIFICATES_FROM: emulator.url,
      K_SERVICE: 'cancel',
      CALLER_AUTH: 'verify',
      OIDC_AUDIENCE: AUDIENCE,
      ALLOWED_CALLERS: PRINCIPAL,
      WEBHOOK_SECRETS: CURRENT_SECRET,
      DEFAULT_WAIT: '0s',
    });
    const [bySound, bySignature] = [emulator.startOperation(), emulator.startOperation()];
    const operation = emulator.startOperation();
    const sound = emulator.identityToken(CLAIMS);
    const other = { body: operation };
    const records = await ask(running, [
      { headers: bearer(sound), body: bySound },
      { headers: webhookHeaders({ body: bySignature }), body: bySignature },
      other,
      { ...other, headers: bearer(emulator.identityToken({ ...CLAIMS, aud: 'https://a.example' })) },
      { ...other, headers: bearer(emulator.identityToken({ ...CLAIMS, exp: secondsFromNow(-1) })) },
      { ...other, headers: bearer(emulator.identityToken({ ...CLAIMS, email_verified: false })) },
      { ...other, headers: bearer(withPart(sound, 1, segment(timedClaims({ sub: '2' })))) },
      { ...other, headers: bearer(withPart(sound, 2, '')) },
      { ...other, headers: bearer(signedBy(stranger.privateKey, { kid: 'x' }, timedClaims())) },
      { ...other, headers: bearer(handedOn()) },
      { ...other, headers: webhookHeaders({ body: operation, key: Buffer.alloc(32) }) },
      { ...other, headers: webhookHeaders({ body: operation, at: secondsFromNow(-310) }) },
      { ...other, headers: { ...bearer(sound), ...webhookHeaders({ body: bySound }) } },
    ]);
    assertQuiet(running);
    const [first, second, ...refused] = records.map((each) => [each.outcome, each.authenticationInfo.verifiedBy]);
    assert.deepEqual(
      [first, second],
      [
        ['CANCELLED', 'OIDC'],
        ['CANCELLED', 'WEBHOOK_SIGNATURE'],
      ],
    );
    for (const each of refused) assert.deepEqual(each, ['UNAUTHENTICATED', null]);
    assert.equal(emulator.operation(operation)?.done, false);
    assert.deepEqual(
      emulator.requests.filter(({ kind }) => kind === 'certs').map(({ path }) => path),
      ['/oauth2/v1/certs'],
    );
  });

  it('warns at its start where an audience is set and no callers are listed, since Google signs for everybody', async () => {
    const settings = { CALLER_AUTH: 'verify', OIDC_AUDIENCE: AUDIENCE };
    await using open = await spawnFunction({ ...emulator.environment, ...settings });
    assert.match(open.stderr(), /^.*OIDC_AUDIENCE.*ALLOWED_CALLERS.*\n$/);
    await using limited = await spawnFunction({ ...emulator.environment, ...settings, ALLOWED_CALLERS: PRINCIPAL });
    assert.equal(limited.stderr(), '');
  });
});
