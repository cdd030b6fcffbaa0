import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http, { type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { isApiError } from '../../../src/google/api-error.ts';
import { applicationDefaultCredentials, type TokenHolder } from '../../../src/google/credentials.ts';
import { identitySource } from '../../../src/google/identity.ts';
import { deadlineIn, NO_SHUTDOWN, systemClock } from '../../../src/terms/clock.ts';
import { onLoopback } from './loopback.ts';

const ACCOUNT = 'ops@acme-data.iam.gserviceaccount.com';
const SECRET = 'a-secret-that-nobody-may-see';

async function serve(listener: RequestListener, host = '127.0.0.1') {
  const requests: string[] = [];
  const server = http.createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  const port = await onLoopback(server, host);
  return {
    requests,
    port,
    origin: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A metadata server whose tokens have these fields beside a number each. */
const metadata = (fields: object, host?: string) => {
  let given = 0;
  return serve((_, response) => {
    response.setHeader('metadata-flavor', 'Google');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ access_token: `ya29.token-${++given}`, token_type: 'Bearer', ...fields }));
  }, host);
};

const deadline = () => deadlineIn(systemClock, 5000, NO_SHUTDOWN);

async function tokenOf(holder: TokenHolder): Promise<string> {
  const authorization = await holder.token(deadline());
  assert.ok(!isApiError(authorization), JSON.stringify(authorization));
  return authorization.token;
}

async function failureOf(holder: TokenHolder) {
  const error = await holder.token(deadline());
  assert.ok(isApiError(error));
  assert.doesNotMatch(JSON.stringify(error), new RegExp(SECRET));
  assert.deepEqual([error.code, error.retriable], ['UNAVAILABLE', false]);
  return error;
}

describe("the function's own credentials", () => {
  const before = { ...process.env };
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'credentials-'));
    delete process.env['GOOGLE_APPLICATION_CREDENTIALS'];
    process.env['CLOUDSDK_CONFIG'] = folder;
    process.env['METADATA_SERVER_DETECTION'] = 'assume-present';
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  });

  const file = (content: unknown, name = 'credentials.json') => {
    const path = join(folder, name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const federated = (tokenUrl: string, more: object = {}) => ({
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: tokenUrl,
    credential_source: { file: file(SECRET, 'subject') },
    ...more,
  });

  describe('from the metadata server', () => {
    it('are one token for all requests, also for those that ask at the same time', async () => {
      await using server = await metadata({ expires_in: 3600 });
      process.env['GCE_METADATA_HOST'] = `127.0.0.1:${server.port}`;
      const credentials = applicationDefaultCredentials();
      const tokens = await Promise.all([1, 2, 3].map(() => tokenOf(credentials.holder())));
      assert.deepEqual([...tokens, await tokenOf(credentials.holder())], Array(4).fill('ya29.token-1'));
      assert.equal(server.requests.length, 1);
    });

    it('are a new token once five minutes are left of the one that serves, and not before', async () => {
      await using server = await metadata({ expires_in: 3600 });
      process.env['GCE_METADATA_HOST'] = `127.0.0.1:${server.port}`;
      const credentials = applicationDefaultCredentials();
      mock.timers.enable({ apis: ['Date'], now: Date.now() });
      try {
        const tokens: string[] = [];
        for (const seconds of [0, 3290, 15]) {
          mock.timers.tick(seconds * 1000);
          tokens.push(await tokenOf(credentials.holder()));
        }
        assert.deepEqual(tokens, ['ya29.token-1', 'ya29.token-1', 'ya29.token-2']);
      } finally {
        mock.timers.reset();
      }
    });

    for (const fields of [{}, { expires_in: 0 }, { expires_in: null }, { expires_in: 60 }])
      it(`are a token of one request where that says ${JSON.stringify(fields)}`, async () => {
        await using server = await metadata(fields);
        process.env['GCE_METADATA_HOST'] = `127.0.0.1:${server.port}`;
        const credentials = applicationDefaultCredentials();
        const [first, second] = [credentials.holder(), credentials.holder()];
        assert.deepEqual([await tokenOf(first), await tokenOf(first)], ['ya29.token-1', 'ya29.token-1']);
        assert.deepEqual([await tokenOf(second), await tokenOf(first)], ['ya29.token-2', 'ya29.token-1']);
      });

    for (const fields of [{ expires_in: 3600 }, {}])
      it(`are a new token once one was refused, and one for all that were refused it: ${JSON.stringify(fields)}`, async () => {
        await using server = await metadata(fields);
        process.env['GCE_METADATA_HOST'] = `127.0.0.1:${server.port}`;
        const credentials = applicationDefaultCredentials();
        const holder = credentials.holder();
        const refused = await holder.token(deadline());
        assert.ok(!isApiError(refused));
        holder.discard(refused);
        assert.equal(await tokenOf(holder), 'ya29.token-2');
        holder.discard(refused);
        assert.equal(await tokenOf(holder), 'ya29.token-2');
        const shared = 'expires_in' in fields;
        assert.equal(await tokenOf(credentials.holder()), shared ? 'ya29.token-2' : 'ya29.token-3');
      });

    it('are had from ::1 as well', async function () {
      const server = await metadata({ expires_in: 3600 }, '::1').catch(() => this.skip());
      // A port cannot stand behind an address without brackets, so the one that it is asked at must be written with them.
      process.env['GCE_METADATA_HOST'] = `[::1]:${server.port}`;
      assert.equal(await tokenOf(applicationDefaultCredentials().holder()), 'ya29.token-1');
      await server[Symbol.asyncDispose]();
    });

    it('are not there where it does not answer in time, refuses or is not there', async () => {
      await using silent = await serve(() => {});
      process.env['GCE_METADATA_HOST'] = `127.0.0.1:${silent.port}`;
      const late = await applicationDefaultCredentials()
        .holder()
        .token(deadlineIn(systemClock, 50, NO_SHUTDOWN));
      assert.equal(isApiError(late) && late.reason, 'ACCESS_TOKEN_TOO_LATE');

      await using refusing = await serve((_, response) => response.writeHead(403).end(SECRET));
      process.env['GCE_METADATA_HOST'] = `127.0.0.1:${refusing.port}`;
      const refused = await failureOf(applicationDefaultCredentials().holder());
      assert.equal(refused.reason, 'CREDENTIALS_REFUSED');
      assert.match(refused.message, /\(HTTP 403\)/);
    });

    it('are used on account of another project where one is set', async () => {
      await using server = await metadata({ expires_in: 3600 });
      process.env['GCE_METADATA_HOST'] = `127.0.0.1:${server.port}`;
      process.env['GOOGLE_CLOUD_QUOTA_PROJECT'] = 'billed-project';
      const authorization = await applicationDefaultCredentials().holder().token(deadline());
      assert.equal(!isApiError(authorization) && authorization.headers['x-goog-user-project'], 'billed-project');
    });

    for (const access_token of ['', 5, null])
      it(`are none where the token is ${JSON.stringify(access_token)}`, async () => {
        await using server = await metadata({ access_token, expires_in: 3600 });
        process.env['GCE_METADATA_HOST'] = `127.0.0.1:${server.port}`;
        assert.equal((await failureOf(applicationDefaultCredentials().holder())).reason, 'CREDENTIALS_UNUSABLE');
      });

    it('are there again once it answers', async () => {
      let well = false;
      await using server = await serve((_, response) => {
        response.setHeader('metadata-flavor', 'Google').setHeader('content-type', 'application/json');
        response.writeHead(well ? 200 : 404).end(JSON.stringify({ access_token: 'ya29.token', expires_in: 3600 }));
      });
      process.env['GCE_METADATA_HOST'] = `127.0.0.1:${server.port}`;
      const holder = applicationDefaultCredentials().holder();
      await failureOf(holder);
      well = true;
      assert.equal(await tokenOf(holder), 'ya29.token');
    });
  });

  describe('from a file', () => {
    for (const [title, make, reason] of [
      ['that is not there', () => join(folder, 'missing.json'), 'CREDENTIALS_UNREADABLE'],
      ['that is a folder', () => folder, 'CREDENTIALS_UNREADABLE'],
      ['that is not JSON', () => file(`{"private_key": "${SECRET}`), 'CREDENTIALS_NOT_JSON'],
      ['that is no object', () => file('7'), 'CREDENTIALS_NOT_JSON'],
      ['that is incomplete', () => file({ type: 'service_account', private_key: SECRET }), 'CREDENTIALS_UNUSABLE'],
      ['of a type that is none', () => file({ type: 'constructor', private_key: SECRET }), 'CREDENTIALS_UNUSABLE'],
    ] as const)
      it(`${title} bring no token, and say why`, async () => {
        process.env['GOOGLE_APPLICATION_CREDENTIALS'] = make();
        assert.equal((await failureOf(applicationDefaultCredentials().holder())).reason, reason);
      });

    it('that a token endpoint refuses say with which code', async () => {
      await using sts = await serve((_, response) => {
        response.writeHead(400, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: 'invalid_grant', error_description: SECRET }));
      });
      process.env['GOOGLE_APPLICATION_CREDENTIALS'] = file(federated(`${sts.origin}/token`));
      const { reason, message } = await failureOf(applicationDefaultCredentials().holder());
      assert.equal(reason, 'CREDENTIALS_REFUSED');
      assert.match(message, /\(HTTP 400, invalid_grant\)/);
    });

    it('of an account that may not be impersonated say so', async () => {
      await using sts = await serve((request, response) => {
        const granted = request.url === '/token';
        response.writeHead(granted ? 200 : 403, { 'content-type': 'application/json' });
        const refusal = { error: { code: 403, status: 'PERMISSION_DENIED', message: SECRET } };
        response.end(JSON.stringify(granted ? { access_token: SECRET, expires_in: 3600 } : refusal));
      });
      const service_account_impersonation_url = `${sts.origin}/v1/projects/-/serviceAccounts/${ACCOUNT}:generateAccessToken`;
      process.env['GOOGLE_APPLICATION_CREDENTIALS'] = file(
        federated(`${sts.origin}/token`, { service_account_impersonation_url }),
      );
      const { message } = await failureOf(applicationDefaultCredentials().holder());
      assert.match(message, /\(HTTP 403, PERMISSION_DENIED\)/);
    });

    it('whose token endpoint is not there say that', async () => {
      process.env['GOOGLE_APPLICATION_CREDENTIALS'] = file(federated('http://127.0.0.1:9/token'));
      assert.equal((await failureOf(applicationDefaultCredentials().holder())).reason, 'TOKEN_ENDPOINT_UNREACHABLE');
    });

    for (const proxy of ['http://127.0.0.1:9', 'no proxy at all', 'http://['])
      it(`bring a token whatever HTTPS_PROXY says: ${proxy}`, async () => {
        await using sts = await serve((_, response) => {
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ access_token: 'ya29.federated', expires_in: 3600, token_type: 'Bearer' }));
        });
        for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']) process.env[name] = proxy;
        process.env['GOOGLE_APPLICATION_CREDENTIALS'] = file(federated(`${sts.origin}/token`));
        assert.equal(await tokenOf(applicationDefaultCredentials().holder()), 'ya29.federated');
      });
  });

  describe('name the account that acts', () => {
    const url = (of: string) =>
      `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${of}:generateAccessToken`;
    for (const [title, content, account] of [
      ['a key', { type: 'service_account', client_email: ACCOUNT }, ACCOUNT],
      [
        'an impersonation',
        {
          type: 'impersonated_service_account',
          service_account_impersonation_url: url(ACCOUNT),
          source_credentials: {},
        },
        ACCOUNT,
      ],
      [
        'a federation with a service account',
        { type: 'external_account', service_account_impersonation_url: url(ACCOUNT) },
        ACCOUNT,
      ],
      ['a federation without one', { type: 'external_account' }, null],
      ['a user', { type: 'authorized_user', client_id: 'x' }, null],
      ['what is odd', { client_email: 7, service_account_impersonation_url: [] }, null],
      ['no JSON', '{', null],
    ] as const) {
      it(`of a file with ${title}`, async () => {
        const env = {
          GOOGLE_APPLICATION_CREDENTIALS: file(content),
          K_SERVICE: 'cancel',
          GCE_METADATA_HOST: '127.0.0.1:9',
        };
        const told = await identitySource(env).serviceAccount(deadline());
        assert.deepEqual(told, { value: account, final: true });
      });
    }

    it("of gcloud's own file, where there is one", async () => {
      file({ type: 'service_account', client_email: ACCOUNT }, 'application_default_credentials.json');
      const { value } = await identitySource({ CLOUDSDK_CONFIG: folder }).serviceAccount(deadline());
      assert.equal(value, ACCOUNT);
    });
  });
});

describe('a metadata server that is not there', () => {
  for (const [env, final] of [
    [{ GCE_METADATA_HOST: '127.0.0.1:9', K_SERVICE: 'cancel' }, false],
    [{ GCE_METADATA_HOST: '127.0.0.1:9' }, true],
    [{ GCE_METADATA_HOST: '::1' }, true],
    [{ GCE_METADATA_HOST: '::1', K_SERVICE: 'cancel' }, false],
    [{ GCE_METADATA_HOST: 'http://[' }, true],
    [{}, true],
  ] as const)
    it(`is ${final ? 'for good' : 'a passing fault'} with ${JSON.stringify(env)}`, async () => {
      assert.deepEqual(await identitySource(env).projectId(deadline()), { value: null, final });
    });
});
