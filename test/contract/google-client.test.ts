import assert from 'node:assert/strict';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { type GoogleClient, googleClient } from '../emulator/google-client.ts';
import { entryOf } from '../support/entry.ts';
import { type FunctionProcess, spawnFunction } from '../support/process.ts';
import { concludedRecord } from '../support/record.ts';
import { until } from '../support/until.ts';
import { ask } from './ask.ts';

describe("section 10: Google's own client starts, the built function cancels", () => {
  let emulator: Emulator;
  let google: GoogleClient;
  let fn: FunctionProcess;

  before(async () => {
    emulator = await startEmulator({ strictTokens: true });
    google = await googleClient(emulator);
    fn = await spawnFunction(emulator.environment);
  });
  after(async () => {
    await fn?.stop();
    await google?.[Symbol.asyncDispose]();
    await emulator?.close();
  });

  const stream = { displayName: 'Orders' };

  it("a stream's creation, and the client's promise rejects with code 1", async () => {
    const { client } = google;
    const [operation] = await client.createStream({ parent: emulator.parent, streamId: 'orders', stream });
    const { name = '' } = operation;
    const rejected = assert.rejects(operation.promise(), { code: 1, message: 'The operation was cancelled.' });
    const command = { name, reason: 'INC-4821: create stuck for 40 minutes' };
    const { http, text } = await ask(fn.url, { body: JSON.stringify(command) });
    await rejected;

    const record = concludedRecord(JSON.parse(text));
    assert.deepEqual([http, record.outcome, record.cancelAttempts], [200, 'CANCELLED', 1]);
    assert.deepEqual([record.operationBefore?.done, record.operationAfter?.errorCode], [false, 1]);
    assert.equal(record.operationBefore?.target, `${emulator.parent}/streams/orders`);
    assert.equal(emulator.operation(name)?.cancels.applied.length, 1);
    const entries = await until('two lines', () => (fn.lines.length >= 2 ? fn.lines.map(entryOf) : undefined));
    assert.deepEqual(
      entries.map(({ phase }) => phase),
      ['INTENT', 'RESULT'],
    );
    assert.deepEqual(entries[1]?.audit, record);
  });

  it('what it starts with each verb, by a message of Pub/Sub', async () => {
    const { client } = google;
    const target = `${emulator.parent}/streams/orders`;
    const started = [
      (await client.updateStream({ stream: { ...stream, name: target } }))[0],
      (await client.runStream({ name: target }))[0],
      (await client.deleteStream({ name: target }))[0],
    ];
    for (const operation of started) {
      const { name = '' } = operation;
      const rejected = assert.rejects(operation.promise(), { code: 1 });
      const message = { data: Buffer.from(name).toString('base64'), messageId: name };
      const { http, text } = await ask(fn.url, { body: JSON.stringify({ message, subscription: 'cancel' }) });
      assert.deepEqual([http, concludedRecord(JSON.parse(text)).outcome], [200, 'CANCELLED']);
      await rejected;
    }
  });
});
