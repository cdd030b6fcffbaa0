import assert from 'node:assert/strict';
import { authentication } from '../../../src/caller/authenticate.ts';
import { certificateSource } from '../../../src/caller/certificates.ts';
import { deadlineIn, systemClock } from '../../../src/terms/clock.ts';
import { AUDIENCE, bearer, signedBy, stranger, timedClaims } from '../../security/proofs.ts';
import { type HeldClock, heldClock } from '../../support/clock.ts';
import { until } from '../../support/until.ts';
import {
  CERTIFICATES,
  type CertificateServer,
  googleKeys,
  KEY_ID,
  startCertificateServer,
} from './certificate-server.ts';
import { inTenSeconds, outcomeOf, settingsOf, wayIn } from './way-in.ts';

const SETTINGS = { CALLER_AUTH: 'verify', OIDC_AUDIENCE: AUDIENCE };
const HOUR = 3_600_000;

const sound = () => bearer(signedBy(googleKeys.privateKey, { kid: KEY_ID }, timedClaims()));
const forged = (kid: string) => bearer(signedBy(stranger.privateKey, { kid }, timedClaims()));

describe("caller: Google's certificates", () => {
  let server: CertificateServer;
  let clock: HeldClock;

  beforeEach(async () => {
    server = await startCertificateServer();
    clock = heldClock(0, Date.now());
  });
  afterEach(() => server[Symbol.asyncDispose]());

  /** Many tokens at once; what became of each, without repetition. */
  async function judged(authenticate: ReturnType<typeof wayIn>, count: number, kid: (index: number) => string) {
    const all = Array.from({ length: count }, (_, index) => outcomeOf(() => authenticate(forged(kid(index)))));
    return [...new Set(await Promise.all(all))];
  }

  it('are fetched once for many at once, and forged key ids fetch no others', async () => {
    const authenticate = wayIn(SETTINGS, { url: server.url, clock });
    assert.deepEqual(await judged(authenticate, 20, (index) => `forged-${index}`), ['TOKEN_SIGNATURE_INVALID']);
    assert.deepEqual(await judged(authenticate, 20, (index) => `more-${index}`), ['TOKEN_SIGNATURE_INVALID']);
    assert.equal((await authenticate(sound())).caller.verifiedBy, 'OIDC');
    assert.equal(server.fetches, 1);
  });

  const USELESS = [
    { name: 'a 500', answer: { http: 500, body: CERTIFICATES.body } },
    { name: 'a 404 with what looks like certificates', answer: { http: 404, body: CERTIFICATES.body } },
    { name: "a proxy's page", answer: { http: 200, body: '<html>Sign in</html>' } },
    { name: 'JSON of another kind', answer: { http: 200, body: '{"error": "no"}' } },
    { name: 'no certificate at all', answer: { http: 200, body: '{}' } },
    { name: 'a list', answer: { http: 200, body: '[]' } },
    { name: 'too much', answer: { http: 200, body: `${' '.repeat(1024 * 1024)}${CERTIFICATES.body}` } },
  ];
  for (const { name, answer } of USELESS) {
    it(`${name}: CERTIFICATES_UNAVAILABLE for all, by one fetch, until five seconds later`, async () => {
      const authenticate = wayIn(SETTINGS, { url: server.url, clock });
      server.answer = answer;
      assert.deepEqual(await judged(authenticate, 20, (index) => `${index}`), ['CERTIFICATES_UNAVAILABLE']);
      clock.advance(4999);
      assert.equal(await outcomeOf(() => authenticate(sound())), 'CERTIFICATES_UNAVAILABLE');
      assert.equal(server.fetches, 1);

      server.answer = CERTIFICATES;
      clock.advance(1);
      assert.equal((await authenticate(sound())).caller.verifiedBy, 'OIDC');
      assert.equal(server.fetches, 2);
    });
  }

  it('where nobody answers: CERTIFICATES_UNAVAILABLE', async () => {
    assert.equal(await outcomeOf(() => wayIn(SETTINGS)(sound())), 'CERTIFICATES_UNAVAILABLE');
  });

  it('who cannot wait is told so, and does not have them fetched anew for the others', async () => {
    server.answer = undefined;
    const authenticate = authentication(settingsOf(SETTINGS), true, server.url, systemClock);
    const hasty = deadlineIn(systemClock, 50, inTenSeconds().shutdown);
    const ends = [1, 2].map(() => outcomeOf(() => authenticate(sound(), hasty)));
    assert.deepEqual(await Promise.all(ends), ['CERTIFICATES_UNAVAILABLE', 'CERTIFICATES_UNAVAILABLE']);
    assert.equal(await outcomeOf(() => authenticate(sound(), hasty)), 'CERTIFICATES_UNAVAILABLE');
    await until('a fetch', () => server.fetches > 0);
    assert.equal(server.fetches, 1);
  });

  const LIVES = [
    { cacheControl: 'public, max-age=21600', life: 6 * HOUR },
    { cacheControl: 'max-age=120', life: 120_000 },
    { cacheControl: 'max-age=0', life: 60_000 },
    { cacheControl: 'no-store', life: 60_000 },
    { cacheControl: 'max-age=99999999999', life: 24 * HOUR },
    { cacheControl: undefined, life: 60_000 },
  ];
  for (const { cacheControl, life } of LIVES) {
    it(`with Cache-Control ${cacheControl} are kept for ${life / 1000} seconds`, async () => {
      const certificates = certificateSource(server.url, clock);
      server.answer = { http: 200, body: CERTIFICATES.body, ...(cacheControl !== undefined && { cacheControl }) };
      await certificates(inTenSeconds());
      clock.advance(life - 1);
      assert.deepEqual(await certificates(inTenSeconds()), JSON.parse(CERTIFICATES.body));
      assert.equal(server.fetches, 1);
      clock.advance(1);
      await certificates(inTenSeconds());
      assert.equal(server.fetches, 2);
    });
  }

  it('that have run out are not believed where no new ones can be had', async () => {
    const certificates = certificateSource(server.url, clock);
    await certificates(inTenSeconds());
    server.answer = { http: 503, body: '' };
    clock.advance(6 * HOUR);
    assert.equal(await certificates(inTenSeconds()), undefined);
  });
});
