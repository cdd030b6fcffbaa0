import assert from 'node:assert/strict';
import { mock } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { listen } from '../emulator/listen.ts';
import type { ReceivedRequest } from '../emulator/requests.ts';
import { type HeldStage, startHeldStage } from './held-stage.ts';
import { startBeside } from './stage.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const MINUTE = 60_000;

describe('section 8: requests to Datastream', () => {
  let stage: HeldStage;

  before(async () => {
    stage = await startHeldStage({ emulator: { strictTokens: true } });
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.reset());

  /** The requests that reached Datastream, the metadata server's left out. */
  const requests = (): ReceivedRequest[] => stage.emulator.requests.filter(({ path }) => path.startsWith('/v1/'));

  describe('headers', () => {
    it('each carries User-Agent, a bearer token and the traceparent of the caller', async () => {
      await stage.act({ name: stage.emulator.startOperation() }, { traceparent: TRACEPARENT });
      assert.equal(requests().length, 3);
      for (const { headers } of requests()) {
        assert.equal(headers['user-agent'], `datastream-operation-cancel/${manifest.version}`);
        assert.match(headers.authorization ?? '', /^Bearer \S+$/);
        assert.equal(headers['traceparent'], TRACEPARENT);
      }
    });

    it('none carries a traceparent that is malformed, or one where the caller sent none', async () => {
      await stage.act({ name: stage.emulator.startOperation() }, { traceparent: 'x' });
      await stage.act({ name: stage.emulator.startOperation() });
      assert.equal(requests().length, 6);
      for (const { headers } of requests()) assert.equal(headers['traceparent'], undefined);
    });

    it("none carries anything else of the caller's", async () => {
      const headers = { 'user-agent': 'curl/8', 'x-goog-user-project': 'other', cookie: 'a=b', 'x-anything': 'c' };
      await stage.act({ name: stage.emulator.startOperation() }, headers);
      for (const { headers } of requests()) {
        for (const name of ['cookie', 'x-anything', 'x-goog-user-project']) assert.equal(headers[name], undefined);
      }
    });

    it('the cancel carries X-Goog-Request-Reason with the auditId and the reason, and has no body', async () => {
      const { record } = await stage.act({ name: stage.emulator.startOperation(), reason: 'INC-4821: stuck' });
      const [before, cancel, after] = requests();
      assert.equal(cancel?.headers['x-goog-request-reason'], `${record.auditId} INC-4821: stuck`);
      assert.equal(cancel?.body, '');
      for (const read of [before, after]) assert.equal(read?.headers['x-goog-request-reason'], undefined);
    });

    it('X-Goog-Request-Reason is the auditId alone where there is no reason', async () => {
      const { record } = await stage.act({ name: stage.emulator.startOperation() });
      assert.equal(requests()[1]?.headers['x-goog-request-reason'], record.auditId);
    });

    it('X-Goog-Request-Reason is printable ASCII from which any reason can be had back', async () => {
      for (const reason of [
        'größer als 100 %',
        '50%25 done',
        '日本語',
        '\u{1f600}'.repeat(256),
        '~ !"#$&\'()*+,/:;<=>?@[\\]^`{|}',
      ]) {
        stage.reset();
        const { record } = await stage.act({ name: stage.emulator.startOperation(), reason });
        const header = String(requests()[1]?.headers['x-goog-request-reason']);
        assert.match(header, /^[ -~]+$/);
        assert.equal(decodeURIComponent(header), `${record.auditId} ${reason}`);
      }
    });

    it('X-Goog-Request-Reason is the same on a cancel that is sent again', async () => {
      stage.emulator.fault({ on: 'cancel', times: 2, fault: { kind: 'resetBefore' } });
      await stage.act({ name: stage.emulator.startOperation(), reason: 'again' });
      const reasons = requests().flatMap(({ kind, headers }) =>
        kind === 'cancel' ? [headers['x-goog-request-reason']] : [],
      );
      assert.equal(reasons.length, 3);
      assert.equal(new Set(reasons).size, 1);
    });
  });

  describe('the token', () => {
    it('is asked for with the scope cloud-platform, as the runtime service account', async () => {
      await using fresh = await startBeside(stage, {}, { clock: stage.clock });
      await fresh.post({ body: stage.emulator.startOperation() });
      const [token, ...more] = stage.emulator.requests.filter(({ kind }) => kind === 'token');
      assert.deepEqual(more, []);
      const url = new URL(token?.path ?? '', stage.emulator.url);
      assert.equal(url.pathname, '/computeMetadata/v1/instance/service-accounts/default/token');
      assert.equal(url.searchParams.get('scopes'), 'https://www.googleapis.com/auth/cloud-platform');
      assert.equal(token?.headers['metadata-flavor'], 'Google');
    });

    it('is one for all requests', async () => {
      await using fresh = await startBeside(stage, {}, { clock: stage.clock });
      for (let round = 0; round < 3; round += 1) {
        await Promise.all(stage.emulator.startOperations(20, () => ({})).map((name) => fresh.post({ body: name })));
      }
      assert.equal(stage.emulator.counts.requests.token, 1);
      assert.equal(new Set(requests().map(({ headers }) => headers.authorization)).size, 1);
      assert.equal(requests().length, 180);
    });

    it('is not asked for by a request that is refused', async () => {
      await using fresh = await startBeside(stage, {});
      await fresh.post({ body: 'nonsense' });
      assert.equal(stage.emulator.counts.requests.token, 0);
    });

    it('is replaced where it nears its expiry, and not before', async () => {
      await using short = await startHeldStage({ emulator: { tokenLifetimeSeconds: 3599 } });
      const tokensUsed = async () => {
        await short.act({ name: short.emulator.startOperation() });
        return short.emulator.counts.requests.token;
      };
      assert.equal(await tokensUsed(), 1);
      mock.timers.enable({ apis: ['Date'], now: Date.now() });
      try {
        mock.timers.tick(50 * MINUTE);
        assert.equal(await tokensUsed(), 1);
        mock.timers.tick(9 * MINUTE);
        assert.equal(await tokensUsed(), 2);
        mock.timers.tick(50 * MINUTE);
        assert.equal(await tokensUsed(), 2);
      } finally {
        mock.timers.reset();
        // The next token is fetched from the emulator of all tests again.
        process.env['GCE_METADATA_HOST'] = stage.emulator.environment.GCE_METADATA_HOST;
      }
    });

    for (const { when, faulty } of [
      { when: 'between two requests', faulty: 'get' },
      { when: 'between the read and the cancel', faulty: 'cancel' },
    ] as const) {
      it(`is renewed once where it was revoked ${when}`, async () => {
        await stage.act({ name: stage.emulator.startOperation() });
        stage.reset();
        let revoked = false;
        stage.emulator.fault({
          on: faulty,
          fault: () => {
            if (!revoked) stage.emulator.expireTokens();
            revoked = true;
            return undefined;
          },
        });
        const { record } = await stage.act({ name: stage.emulator.startOperation() });
        assert.equal(record.outcome, 'CANCELLED');
        assert.equal(record.cancelAttempts, faulty === 'cancel' ? 2 : 1);
        assert.equal(stage.emulator.counts.requests.token, 1);
        assert.deepEqual(stage.clock.sleeps, []);
      });
    }

    it('is renewed once for many requests that it fails at the same time', async () => {
      await stage.act({ name: stage.emulator.startOperation() });
      stage.emulator.expireTokens();
      const tokens = stage.emulator.counts.requests.token;
      const names = stage.emulator.startOperations(20, () => ({}));
      const answers = await Promise.all(names.map((name) => stage.post({ body: name })));
      for (const { record } of answers) assert.equal(record.outcome, 'CANCELLED');
      assert.equal(stage.emulator.counts.requests.token, tokens + 1);
    });

    it('that is refused although it is new is an ERROR, not a loop', async () => {
      stage.emulator.fault({ on: 'get', fault: { kind: 'error', error: { code: 'UNAUTHENTICATED' } } });
      const { http, record } = await stage.act({ name: stage.emulator.startOperation() });
      assert.deepEqual([http, record.outcome, record.status.name], [401, 'ERROR', 'UNAUTHENTICATED']);
      assert.ok(stage.emulator.counts.requests.get <= 2);
    });

    it('that cannot be had is an ERROR with UNAVAILABLE, and is asked for anew by the next request', async () => {
      await using fresh = await startBeside(stage, {}, { clock: stage.clock });
      stage.emulator.fault({ on: 'token', fault: { kind: 'status', status: 404, body: 'not found' } });
      const name = stage.emulator.startOperation();
      const { http, record } = await fresh.post({ body: name });
      assert.deepEqual([http, record.outcome, record.status.name], [503, 'ERROR', 'UNAVAILABLE']);
      stage.emulator.clearFaults();
      assert.equal((await fresh.post({ body: name })).record.outcome, 'CANCELLED');
    });
  });

  describe('connections', () => {
    it('are kept alive: one serves requests that come one after the other', async () => {
      for (let count = 0; count < 10; count += 1) await stage.act({ name: stage.emulator.startOperation() });
      assert.ok(stage.emulator.counts.connections.datastream <= 1);
      assert.equal(requests().length, 30);
    });

    it('are used again by requests that come at the same time', async () => {
      const burst = () =>
        Promise.all(stage.emulator.startOperations(10, () => ({})).map((name) => stage.post({ body: name })));
      await burst();
      const { datastream } = stage.emulator.counts.connections;
      assert.ok(datastream <= 10, `${datastream} connections`);
      for (let count = 0; count < 3; count += 1) await burst();
      assert.ok(stage.emulator.counts.connections.datastream <= 10);
    });

    it('that the other side closed are replaced', async () => {
      const name = stage.emulator.startOperation();
      const { resource } = stage.emulator.operation(name) ?? assert.fail();
      const closing = {
        kind: 'status',
        status: 200,
        headers: { connection: 'close' },
        body: JSON.stringify(resource),
      } as const;
      stage.emulator.fault({ on: 'get', times: 1, fault: closing });
      assert.equal((await stage.act({ name })).record.outcome, 'CANCELLED');
    });
  });

  describe('redirects', () => {
    for (const status of [301, 302, 303, 307, 308]) {
      it(`of ${status} are an error and never followed, so the token goes nowhere else`, async () => {
        let strangers = 0;
        const stranger = await listen((_, response) => {
          strangers += 1;
          response.end('{}');
        }, 0);
        const location = `http://127.0.0.1:${stranger.port}/v1/projects`;
        try {
          for (const on of ['get', 'cancel'] as const) {
            stage.reset();
            stage.emulator.fault({ on, fault: { kind: 'redirect', location, status } });
            const { http, record } = await stage.act({ name: stage.emulator.startOperation() });
            assert.deepEqual([http, record.outcome, record.status.name], [500, 'ERROR', 'INTERNAL']);
          }
        } finally {
          await stranger.close();
        }
        assert.equal(strangers, 0);
      });
    }
  });
});
