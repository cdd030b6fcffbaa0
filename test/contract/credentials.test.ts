import assert from 'node:assert/strict';
import { applicationDefaultCredentials } from '../../src/google/credentials.ts';
import { deadlineIn, systemClock } from '../../src/terms/clock.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';

describe('section 8: one token', () => {
  const soon = () => deadlineIn(systemClock, 10_000);
  const opened: Emulator[] = [];

  /** Credentials of a metadata server whose tokens live so many seconds. */
  async function credentialsOf(tokenLifetimeSeconds: number) {
    const emulator = await startEmulator({ tokenLifetimeSeconds });
    opened.push(emulator);
    process.env['GCE_METADATA_HOST'] = emulator.environment.GCE_METADATA_HOST;
    process.env['METADATA_SERVER_DETECTION'] = 'assume-present';
    return { emulator, credentials: applicationDefaultCredentials() };
  }
  after(async () => {
    for (const emulator of opened) await emulator.close();
  });

  it('serves all requests, and those at the same time wait for the same one', async () => {
    const { emulator, credentials } = await credentialsOf(3599);
    assert.equal(credentials.current(), undefined);
    const [one, other] = await Promise.all([credentials.renew(soon()), credentials.renew(soon())]);
    assert.ok(one !== undefined && one === other && credentials.current() === one);
    assert.deepEqual(one.headers, { authorization: `Bearer ${one.token}` });
    assert.equal(emulator.counts.requests.token, 1);
  });

  it('serves until it nears its expiry', async () => {
    for (const [lifetime, serves] of [
      [3599, true],
      [330, true],
      [270, false],
    ] as const) {
      const { credentials } = await credentialsOf(lifetime);
      const token = await credentials.renew(soon());
      assert.ok(token !== undefined);
      assert.equal(credentials.current() !== undefined, serves, `${lifetime} s`);
    }
  });

  it('is let go where it is refused, and another than it is not', async () => {
    const { emulator, credentials } = await credentialsOf(3599);
    const first = await credentials.renew(soon());
    assert.ok(first !== undefined);
    credentials.discard({ ...first });
    assert.equal(credentials.current(), first);
    credentials.discard(first);
    assert.equal(credentials.current(), undefined);
    const second = await credentials.renew(soon());
    assert.ok(second !== undefined && second.token !== first.token);
    credentials.discard(first);
    assert.equal(credentials.current(), second);
    assert.equal(emulator.counts.requests.token, 2);
  });

  it('is used on account of another project where one is set', async () => {
    process.env['GOOGLE_CLOUD_QUOTA_PROJECT'] = 'billed-project';
    try {
      const { credentials } = await credentialsOf(3599);
      assert.equal((await credentials.renew(soon()))?.headers['x-goog-user-project'], 'billed-project');
    } finally {
      delete process.env['GOOGLE_CLOUD_QUOTA_PROJECT'];
    }
  });

  for (const body of [
    { access_token: '', expires_in: 3599 },
    { expires_in: 3599 },
    { access_token: 5, expires_in: 3599 },
  ]) {
    it(`is none where the metadata server answers ${JSON.stringify(body)}, and is asked for again`, async () => {
      const { emulator, credentials } = await credentialsOf(3599);
      const headers = { 'metadata-flavor': 'Google', 'content-type': 'application/json' };
      emulator.fault({ on: 'token', fault: { kind: 'status', status: 200, headers, body: JSON.stringify(body) } });
      assert.equal(await credentials.renew(soon()), undefined);
      assert.equal(credentials.current(), undefined);
      emulator.clearFaults();
      assert.ok((await credentials.renew(soon())) !== undefined);
    });
  }

  it('is none where the metadata server refuses, and is asked for again', async () => {
    const { emulator, credentials } = await credentialsOf(3599);
    emulator.fault({ on: 'token', fault: { kind: 'status', status: 403 } });
    assert.equal(await credentials.renew(soon()), undefined);
    emulator.clearFaults();
    assert.ok((await credentials.renew(soon())) !== undefined);
  });

  it('is not waited for beyond the deadline', async () => {
    const { emulator, credentials } = await credentialsOf(3599);
    emulator.fault({ on: 'token', fault: { kind: 'hang' } });
    assert.equal(await credentials.renew(deadlineIn(systemClock, 30)), undefined);
  });
});
