import assert from 'node:assert/strict';
import { protos } from '@google-cloud/datastream';
import { type Emulator, startEmulator } from './emulator.ts';
import { type GoogleClient, googleClient } from './google-client.ts';
import { iamPermissionDenied } from './google-errors.ts';

const { CancelOperationRequest, DeleteOperationRequest, GetOperationRequest, ListOperationsRequest } =
  protos.google.longrunning;
const { OperationMetadata } = protos.google.cloud.datastream.v1;

describe("Google's own client and the emulator", () => {
  let emulator: Emulator;
  let google: GoogleClient;

  before(async () => {
    emulator = await startEmulator({ strictTokens: true });
    google = await googleClient(emulator);
  });
  after(async () => {
    await google[Symbol.asyncDispose]();
    await emulator.close();
  });
  beforeEach(() => emulator.reset());

  it('creates a stream, and its promise rejects with code 1 once the operation is cancelled', async () => {
    const { client } = google;
    const [operation] = await client.createStream({
      parent: emulator.parent,
      streamId: 'orders',
      stream: { displayName: 'Orders' },
    });
    const { name = '' } = operation;
    const rejected = assert.rejects(operation.promise(), { code: 1, message: 'The operation was cancelled.' });
    await client.cancelOperation(new CancelOperationRequest({ name }));
    await rejected;
    const { resource, cancels } = emulator.operation(name) ?? assert.fail();
    assert.equal(resource.metadata.target, `${emulator.parent}/streams/orders`);
    assert.deepEqual([cancels.arrived.length, cancels.applied.length], [1, 1]);
  });

  it('lists operations over several pages', async () => {
    const names = emulator.startOperations(5, () => ({}));
    const listed: unknown[] = [];
    const request = new ListOperationsRequest({ name: emulator.parent, pageSize: 2 });
    for await (const { name } of google.client.listOperationsAsync(request, { autoPaginate: false })) listed.push(name);
    assert.deepEqual(listed, names);
    assert.equal(emulator.counts.requests.list, 3);
  });

  it('gets an operation', async () => {
    const name = emulator.startOperation({ onCancel: { kind: 'cancels' } });
    const [running] = await google.client.getOperation(new GetOperationRequest({ name }));
    assert.deepEqual([running.name, running.done], [name, false]);
    await google.client.cancelOperation(new CancelOperationRequest({ name }));
    const [cancelled] = await google.client.getOperation(new GetOperationRequest({ name }));
    assert.deepEqual([cancelled.done, cancelled.error?.code], [true, 1]);
  });

  it('reads what Datastream validated', async () => {
    const validation = { code: 'CONNECTIVITY', state: 'FAILED', description: 'Validating connectivity' };
    const message = { message: 'No route.', level: 'ERROR', metadata: { host: 'db' }, code: 'ORACLE_TIMEOUT' };
    const name = emulator.startOperation({
      endsByItself: {
        kind: 'endsWith',
        // Details are beyond this client on REST: "no such type: google.rpc.ErrorInfo".
        error: { code: 9 },
        validationResult: { validations: [{ ...validation, message: [message] }] },
      },
    });
    const [operation] = await google.client.getOperation(new GetOperationRequest({ name }));
    assert.deepEqual([operation.error?.code, operation.error?.message], [9, '']);
    const metadata = OperationMetadata.decode(Buffer.from(operation.metadata?.value ?? ''));
    const shown = OperationMetadata.toObject(metadata, { enums: String });
    assert.deepEqual(shown['validationResult'], { validations: [{ ...validation, message: [message] }] });
  });

  it('deletes an operation', async () => {
    const name = emulator.startOperation();
    await google.client.deleteOperation(new DeleteOperationRequest({ name }));
    assert.equal(emulator.operation(name), undefined);
    await assert.rejects(google.client.getOperation(new GetOperationRequest({ name })), { code: 404 });
  });

  it('understands a refusal', async () => {
    const error = iamPermissionDenied('datastream.operations.cancel', 'projects/p/locations/l/operations/o');
    const name = emulator.startOperation({ onCancel: { kind: 'refuses', error } });
    // On REST this client gives the HTTP status as the code and the whole body as the message.
    await assert.rejects(google.client.cancelOperation(new CancelOperationRequest({ name })), {
      code: 403,
      message: /"status":"PERMISSION_DENIED".*"reason":"IAM_PERMISSION_DENIED"/,
    });
  });

  it('fetches one token and keeps its connections', async () => {
    await using fresh = await startEmulator({ strictTokens: true });
    await using own = await googleClient(fresh);
    const name = fresh.startOperation();
    for (let call = 0; call < 10; call += 1) await own.client.getOperation(new GetOperationRequest({ name }));
    const { requests, connections } = fresh.counts;
    assert.deepEqual([requests.token, requests.get, connections.datastream], [1, 10, 1]);
  });

  describe('has a promise that', () => {
    const stream = { displayName: 'Orders' };

    it('resolves with the resource where the operation completes', async () => {
      await using completing = await startEmulator({ started: { endsByItself: { kind: 'completes' } } });
      await using own = await googleClient(completing);
      const [created] = await own.client.createStream({ parent: completing.parent, streamId: 'orders', stream });
      const [resource] = await created.promise();
      assert.equal(resource.name, `${completing.parent}/streams/orders`);
      const [deleted] = await own.client.deleteStream({ name: `${completing.parent}/streams/orders` });
      await deleted.promise();
    });

    it('rejects with the code that the operation fails with', async () => {
      const started = { endsByItself: { kind: 'fails', code: 'RESOURCE_EXHAUSTED', message: 'Too many.' } } as const;
      await using failing = await startEmulator({ started });
      await using own = await googleClient(failing);
      const [operation] = await own.client.runStream({ name: `${failing.parent}/streams/orders` });
      await assert.rejects(operation.promise(), { code: 8, message: 'Too many.' });
    });
  });

  it('starts an operation with each of its methods', async () => {
    const { client } = google;
    const { parent } = emulator;
    const connection = `${parent}/privateConnections/c`;
    const profile = `${parent}/connectionProfiles/p`;
    const stream = `${parent}/streams/s`;
    const started = await Promise.all([
      client.createStream({ parent, streamId: 's', stream: {} }),
      client.updateStream({ stream: { name: stream } }),
      client.deleteStream({ name: stream }),
      client.runStream({ name: stream }),
      client.createConnectionProfile({ parent, connectionProfileId: 'p', connectionProfile: {} }),
      client.updateConnectionProfile({ connectionProfile: { name: profile } }),
      client.deleteConnectionProfile({ name: profile }),
      client.createPrivateConnection({ parent, privateConnectionId: 'c', privateConnection: {} }),
      client.deletePrivateConnection({ name: connection }),
      client.createRoute({ parent: connection, routeId: 'r', route: {} }),
      client.deleteRoute({ name: `${connection}/routes/r` }),
    ]);
    const shown = started.map(([{ name = '' }]) => emulator.operation(name)?.resource.metadata);
    assert.deepEqual(
      shown.map((metadata) => `${metadata?.verb} ${metadata?.target.slice(parent.length + 1)}`),
      [
        'create streams/s',
        'update streams/s',
        'delete streams/s',
        'run streams/s',
        'create connectionProfiles/p',
        'update connectionProfiles/p',
        'delete connectionProfiles/p',
        'create privateConnections/c',
        'delete privateConnections/c',
        'create privateConnections/c/routes/r',
        'delete privateConnections/c/routes/r',
      ],
    );
  });

  it('asks for locations', async () => {
    const locations: unknown[] = [];
    for await (const { locationId } of google.client.listLocationsAsync(
      { name: 'projects/acme-data' },
      { autoPaginate: false },
    ))
      locations.push(locationId);
    assert.deepEqual(locations, ['us-central1', 'europe-west3']);
  });

  it('leaves the environment as it was', async () => {
    const before = { ...process.env };
    const other = await googleClient(emulator);
    await other[Symbol.asyncDispose]();
    assert.deepEqual({ ...process.env }, before);
  });
});
