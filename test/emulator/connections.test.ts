import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, type Reply, until } from './call.ts';
import { type Emulator, startEmulator } from './emulator.ts';

describe("the emulator's connections", () => {
  let emulator: Emulator;
  let agent: Agent;

  beforeEach(async () => {
    emulator = await startEmulator();
    agent = new Agent({ keepAlive: true });
  });
  afterEach(async () => {
    agent.destroy();
    await emulator.close();
  });

  /** Asks on a kept connection where there is one; undefined where no answer comes within a fifth of a second. */
  async function ask(): Promise<Reply | undefined> {
    try {
      const signal = AbortSignal.timeout(200);
      return await call(`${emulator.url}/v1/${emulator.parent}`, { agent, signal });
    } catch (error) {
      if (error instanceof Error && error.name === 'AbortError') return undefined;
      throw error;
    }
  }
  async function keep(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, ask));
    assert.equal(emulator.counts.connections.datastream, count);
  }

  it('are kept, and do not say for how long', async () => {
    for (let n = 0; n < 3; n += 1) {
      const { headers } = (await ask()) ?? assert.fail();
      assert.deepEqual([headers.connection, headers['keep-alive']], ['keep-alive', undefined]);
    }
    assert.equal(emulator.counts.connections.datastream, 1);
    const { headers } = await call(emulator.url);
    assert.equal(headers.connection, 'close', 'for whoever asks for that');
  });

  it('end after a while, as long as the options say', async () => {
    await using own = await startEmulator({ keepAliveMs: 30 });
    await call(`${own.url}/v1/${own.parent}`, { agent });
    await until(() => Object.values(agent.freeSockets).length === 0);
  });

  const afterwards = {
    silently: async () => assert.equal(await ask(), undefined),
    reset: () => assert.rejects(ask(), { code: 'ECONNRESET' }),
  };
  for (const how of ['silently', 'reset'] as const) {
    it(`die ${how} when a test wants it, however many there are`, async () => {
      await keep(3);
      assert.equal(emulator.dropIdleConnections(how), 3);
      await sleep(20);
      // Nothing told the client: it still believes in all of them.
      assert.equal(Object.values(agent.freeSockets).flat().length, 3);
      for (let n = 0; n < 3; n += 1) await afterwards[how]();
      assert.equal(emulator.counts.requests.getLocation, 3, 'what was sent on them never arrived');
      assert.equal((await ask())?.status, 200, 'a new one works');
      assert.equal(emulator.counts.connections.datastream, 4);
      assert.equal(emulator.dropIdleConnections(how), 1, 'the dead ones are not idle');
    });

    it(`die ${how} after an answer, as a fault`, async () => {
      emulator.fault({ times: 1, fault: { kind: 'lastAnswer', dropped: how } });
      assert.equal((await ask())?.status, 200);
      await sleep(20);
      await afterwards[how]();
      assert.equal((await ask())?.status, 200);
    });
  }

  it('live on while something is under way on them', async () => {
    emulator.fault({ fault: { kind: 'slow', beforeMs: 50 } });
    const slow = ask();
    await until(() => emulator.requests.length === 1);
    assert.equal(emulator.dropIdleConnections('silently'), 0);
    assert.equal((await slow)?.status, 200);
  });

  it('are dropped by the control surface too, but for its own', async () => {
    await keep(2);
    const body = '{"how":"silently"}';
    const reply = await call(`${emulator.url}/emulator/connections/drop`, { method: 'POST', body, agent: new Agent() });
    assert.deepEqual(JSON.parse(reply.body), { dropped: 2 });
    assert.equal(await ask(), undefined);
  });
});
