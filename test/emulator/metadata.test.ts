import assert from 'node:assert/strict';
import { OAuth2Client } from 'google-auth-library';
import * as z from 'zod';
import { createAccessTokens } from './admission.ts';
import { call, errorOf, type Reply } from './call.ts';
import { type Emulator, startEmulator } from './emulator.ts';

const tokenBody = z.strictObject({ access_token: z.string(), expires_in: z.number(), token_type: z.literal('Bearer') });
const email = 'datastream-cancel@acme-data.iam.gserviceaccount.com';

describe('the emulator as a metadata server', () => {
  let time = Date.parse('2026-11-22T10:15:00Z');
  let emulator: Emulator;

  before(async () => {
    emulator = await startEmulator({ strictTokens: true, tokenLifetimeSeconds: 600, now: () => time });
  });
  after(() => emulator.close());
  beforeEach(() => emulator.reset());

  const metadata = (path: string, flavor = 'Google'): Promise<Reply> =>
    call(`${emulator.url}/computeMetadata/v1/${path}`, { headers: { 'metadata-flavor': flavor } });
  const newToken = async (): Promise<string> =>
    tokenBody.parse(JSON.parse((await metadata('instance/service-accounts/default/token')).body)).access_token;
  const list = (headers: Readonly<Record<string, string>>): Promise<Reply> =>
    call(`${emulator.url}/v1/${emulator.parent}/operations`, { headers });

  const texts: readonly [path: string, body: string][] = [
    ['project/project-id', 'acme-data'],
    ['project/numeric-project-id', '481516234200'],
    ['instance/region', 'projects/481516234200/regions/us-central1'],
    ['instance/zone', 'projects/481516234200/zones/us-central1-1'],
    ['instance/service-accounts/default/email', email],
    [`instance/service-accounts/${email}/email`, email],
    ['instance/service-accounts/default/scopes', 'https://www.googleapis.com/auth/cloud-platform\n'],
    ['instance/service-accounts/', `default/\n${email}/\n`],
    ['universe/universe-domain', 'googleapis.com'],
    ['', 'instance/\nproject/\nuniverse/\n'],
  ];
  for (const [path, body] of texts) {
    it(`answers ${path || 'the root'}`, async () => {
      const reply = await metadata(path);
      assert.deepEqual([reply.status, reply.body], [200, body]);
      assert.equal(reply.headers['metadata-flavor'], 'Google');
    });
  }

  it('answers a whole directory as JSON', async () => {
    const account = { aliases: ['default'], email, scopes: ['https://www.googleapis.com/auth/cloud-platform'] };
    const reply = await metadata('instance/service-accounts/?recursive=true');
    assert.deepEqual(JSON.parse(reply.body), { default: account, [email]: account });
    assert.deepEqual(JSON.parse((await metadata('project/?recursive=true')).body), {
      numericProjectId: 481516234200,
      projectId: 'acme-data',
    });
  });

  it('answers the probe of its root', async () => {
    const reply = await call(`${emulator.url}/`);
    assert.deepEqual([reply.status, reply.headers['metadata-flavor']], [200, 'Google']);
  });

  it('is not on GKE, and knows nothing else either', async () => {
    for (const path of ['instance/attributes/cluster-name', 'instance/toString', '../v2/'])
      assert.equal((await metadata(path)).status, 404);
  });

  it('insists on the Metadata-Flavor header and on GET', async () => {
    assert.equal((await metadata('project/project-id', 'Other')).status, 403);
    assert.equal((await call(`${emulator.url}/computeMetadata/v1/project/project-id`)).status, 403);
    const post = { method: 'POST', body: '', headers: { 'metadata-flavor': 'Google' } };
    assert.equal((await call(`${emulator.url}/computeMetadata/v1/project/project-id`, post)).status, 405);
  });

  describe('gives access tokens', () => {
    it('that let in until they expire', async () => {
      const headers = { authorization: `Bearer ${await newToken()}` };
      time += 599_000;
      assert.equal((await list(headers)).status, 200);
      time += 1000;
      const reply = await list(headers);
      assert.equal(reply.status, 401);
      assert.equal(
        reply.headers['www-authenticate'],
        'Bearer realm="https://accounts.google.com/", error="invalid_token"',
      );
      const { status, details } = errorOf(reply);
      assert.equal(status, 'UNAUTHENTICATED');
      assert.deepEqual(details, [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'ACCESS_TOKEN_EXPIRED',
          domain: 'googleapis.com',
          metadata: { service: 'datastream.googleapis.com', method: 'google.longrunning.Operations.ListOperations' },
        },
      ]);
    });

    it('that say how long they live', async () => {
      const reply = await metadata('instance/service-accounts/default/token?scopes=a,b');
      assert.equal(tokenBody.parse(JSON.parse(reply.body)).expires_in, 600);
      assert.deepEqual([emulator.counts.requests.token, emulator.requests[0]?.kind], [1, 'token']);
    });

    for (const [title, alteration] of Object.entries({
      'do not say how long they live': { without: ['expires_in'] },
      'live for no time': { with: { expires_in: 0 } },
      'live for null': { with: { expires_in: null } },
    })) {
      it(`that ${title}`, async () => {
        emulator.fault({ on: 'token', fault: { kind: 'altered', ...alteration } });
        const { access_token, token_type, ...rest } = JSON.parse(
          (await metadata('instance/service-accounts/default/token')).body,
        );
        assert.deepEqual([token_type, rest], ['Bearer', alteration.with ?? {}]);
        assert.equal((await list({ authorization: `Bearer ${access_token}` })).status, 200);
      });
    }

    it('that a test can expire, but a reset does not', async () => {
      const headers = { authorization: `Bearer ${await newToken()}` };
      emulator.reset();
      assert.equal((await list(headers)).status, 200);
      emulator.expireTokens();
      assert.equal((await list(headers)).status, 401);
      assert.equal((await list({ authorization: `Bearer ${await newToken()}` })).status, 200);
    });

    it('and forgets the oldest of very many', () => {
      const tokens = createAccessTokens(600, true, () => time);
      const [first, ...later] = Array.from({ length: 10_001 }, () => `Bearer ${tokens.issue().token}`);
      assert.equal(tokens.problemOf(first), 'ACCESS_TOKEN_TYPE_UNSUPPORTED');
      assert.ok(later.every((authorization) => tokens.problemOf(authorization) === undefined));
    });
  });

  it('fails as a test wants, while Datastream goes on', async () => {
    emulator.fault({ on: 'token', times: 1, fault: { kind: 'status', status: 503, body: 'Service Unavailable' } });
    assert.equal((await metadata('instance/service-accounts/default/token')).status, 503);
    assert.equal((await list({ authorization: `Bearer ${await newToken()}` })).status, 200);
  });

  it('refuses connections at a port of its own, as often as a test wants, while Datastream goes on', async () => {
    await assert.rejects(emulator.setMetadataListening(false), /metadataPort/);
    await using own = await startEmulator({ metadataPort: 0 });
    const host = own.environment.GCE_METADATA_HOST;
    assert.notEqual(host, own.url.slice('http://'.length));
    const probe = async (): Promise<number> => (await call(`http://${host}/`)).status;
    for (let n = 0; n < 2; n += 1) {
      await own.setMetadataListening(true);
      assert.equal(await probe(), 200);
      await own.setMetadataListening(false);
      await assert.rejects(probe(), { code: 'ECONNREFUSED' });
      assert.equal((await call(`${own.url}/v1/${own.parent}`)).status, 200);
    }
  });

  describe('sees that Datastream lets in', () => {
    const cases: readonly [authorization: string, reason: string][] = [
      ['', 'CREDENTIALS_MISSING'],
      ['Basic YTpi', 'ACCESS_TOKEN_TYPE_UNSUPPORTED'],
      ['Bearer ', 'ACCESS_TOKEN_TYPE_UNSUPPORTED'],
      ['Bearer somebody-elses', 'ACCESS_TOKEN_TYPE_UNSUPPORTED'],
    ];
    for (const [authorization, reason] of cases) {
      it(`nobody with ${JSON.stringify(authorization)}`, async () => {
        const reply = await list({ authorization });
        assert.equal(reply.status, 401);
        assert.equal(errorOf(reply).details?.[0]?.['reason'], reason);
      });
    }

    it('anybody with a bearer token, unless it is strict', async () => {
      await using lenient = await startEmulator();
      const url = `${lenient.url}/v1/${lenient.parent}/operations`;
      assert.equal((await call(url, { headers: { authorization: 'Bearer of-gcloud' } })).status, 200);
      assert.equal((await call(url, { headers: { authorization: '' } })).status, 401);
    });
  });

  describe('gives identity tokens', () => {
    const audience = 'https://function.example/';
    const verifier = (certs: string): OAuth2Client =>
      new OAuth2Client({ endpoints: { oauth2FederatedSignonPemCertsUrl: `${certs}/oauth2/v1/certs` } });

    before(() => {
      time = Date.now();
    });

    it("that google-auth-library verifies with the emulator's keys", async () => {
      const idToken = (await metadata(`instance/service-accounts/default/identity?audience=${audience}&format=full`))
        .body;
      const ticket = await verifier(emulator.url).verifyIdToken({ idToken, audience });
      const { iss, aud, email: verified, email_verified } = ticket.getPayload() ?? assert.fail();
      assert.deepEqual([iss, aud, verified, email_verified], ['https://accounts.google.com', audience, email, true]);
    });

    it('with the claims that a test wants', async () => {
      const idToken = emulator.identityToken({
        aud: audience,
        email: 'ops@acme.example',
        exp: Math.floor(time / 1000) - 3600,
      });
      await assert.rejects(verifier(emulator.url).verifyIdToken({ idToken, audience }), /used too late/);
    });

    it('and publishes their keys, for a test to make disappear', async () => {
      const { keys } = z
        .object({ keys: z.array(z.looseObject({ kid: z.string() })) })
        .parse(JSON.parse((await call(`${emulator.url}/oauth2/v3/certs`)).body));
      assert.equal(keys[0]?.['alg'], 'RS256');
      emulator.fault({ on: 'certs', fault: { kind: 'status', status: 503 } });
      assert.equal((await call(`${emulator.url}/oauth2/v1/certs`)).status, 503);
    });

    it('for an audience only', async () => {
      assert.equal((await metadata('instance/service-accounts/default/identity')).status, 400);
    });
  });
});
