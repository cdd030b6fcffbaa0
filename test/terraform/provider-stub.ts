import { once } from 'node:events';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import { type ProviderSchema, readProviders, type Schema } from './extracts.ts';
import { bytes, integer } from './protobuf.ts';
import type { Block } from './schema/generated-code.ts';

/*
 * Providers that know their schemas and nothing else, so that Terraform can validate a module, and test it with mocks,
 * where no registry can be reached. They speak Terraform's plugin protocol 5, gRPC without TLS on loopback; Terraform
 * finds them by TF_REATTACH_PROVIDERS, its own way to a provider that somebody else has started.
 * Fields have the numbers of tfplugin5.proto.
 */
export type ProviderStubs = AsyncDisposable & { readonly environment: Readonly<Record<string, string>> };

export async function startProviderStubs(): Promise<ProviderStubs> {
  const servers = Object.entries(readProviders()).map(([address, schema]) => ({ address, server: serve(schema) }));
  const reattach: Record<string, object> = {};
  for (const { address, server } of servers) {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    reattach[address] = {
      Protocol: 'grpc',
      ProtocolVersion: 5,
      Pid: process.pid,
      Test: true,
      Addr: { Network: 'tcp', String: `127.0.0.1:${port}` },
    };
  }
  return {
    environment: { TF_REATTACH_PROVIDERS: JSON.stringify(reattach) },
    async [Symbol.asyncDispose]() {
      for (const { server } of servers) server.close();
    },
  };
}

function serve(schema: ProviderSchema) {
  const answers: Readonly<Record<string, (request: Buffer) => Buffer>> = {
    GetSchema: () => providerSchema(schema),
    // What it would have prepared is in the same place of the answer as in the request.
    PrepareProviderConfig: (request) => request,
    Configure: empty,
    ValidateResourceTypeConfig: empty,
    ValidateDataSourceConfig: empty,
    ValidateEphemeralResourceConfig: empty,
    OpenEphemeralResource: () => bytes(3, bytes(2, JSON.stringify(PASSWORD))),
    CloseEphemeralResource: empty,
    Stop: empty,
  };
  return createServer().on('stream', async (stream, headers) => {
    const method = String(headers[':path']).split('/').at(-1) ?? '';
    // A method that is not here may be a stream of the plugin system, which stays open: it is not waited for.
    const answer = answers[method];
    respond(stream, answer?.(await readMessage(stream)), method);
  });
}

const empty = (): Buffer => Buffer.alloc(0);

/** What the ephemeral random_password of the module comes to: its configuration, and a result that tests can look for. */
const PASSWORD = {
  length: 64,
  special: false,
  lower: true,
  upper: true,
  numeric: true,
  min_lower: 0,
  min_upper: 0,
  min_numeric: 0,
  min_special: 0,
  override_special: null,
  bcrypt_hash: '',
  result: 'stub'.repeat(16),
};

/** gRPC puts one byte and a length of four before a message. */
const PREFIX = 5;

async function readMessage(stream: ServerHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).subarray(PREFIX);
}

const UNIMPLEMENTED = 12;

function respond(stream: ServerHttp2Stream, message: Buffer | undefined, method: string): void {
  const trailers =
    message === undefined
      ? { 'grpc-status': String(UNIMPLEMENTED), 'grpc-message': `the stub has no ${method}` }
      : { 'grpc-status': '0' };
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  if (message === undefined) {
    stream.end();
    return;
  }
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([prefix, message]));
}

function providerSchema(schema: ProviderSchema): Buffer {
  const map = (number: number, schemas: Readonly<Record<string, Schema>> = {}) =>
    Object.entries(schemas).map(([type, one]) => bytes(number, Buffer.concat([bytes(1, type), bytes(2, encode(one))])));
  return Buffer.concat([
    bytes(1, encode(schema.provider)),
    ...map(2, schema.resource_schemas),
    ...map(3, schema.data_source_schemas),
    ...map(8, schema.ephemeral_resource_schemas),
  ]);
}

const encode = ({ version, block }: Schema): Buffer =>
  Buffer.concat([integer(1, version), bytes(2, encodeBlock(block))]);

const NESTING = { single: 1, list: 2, set: 3 } as const;

function encodeBlock(block: Block): Buffer {
  const attributes = Object.entries(block.attributes).map(([name, attribute]) =>
    Buffer.concat([
      bytes(1, name),
      bytes(2, JSON.stringify(attribute.type)),
      integer(4, Number(attribute.required ?? 0)),
      integer(5, Number(attribute.optional ?? 0)),
      integer(6, Number(attribute.computed ?? 0)),
      integer(10, Number(attribute.write_only ?? 0)),
    ]),
  );
  const blocks = Object.entries(block.block_types).map(([name, nested]) =>
    Buffer.concat([
      bytes(1, name),
      bytes(2, encodeBlock(nested.block)),
      integer(3, NESTING[nested.nesting_mode]),
      integer(4, nested.min_items ?? 0),
      integer(5, nested.max_items ?? 0),
    ]),
  );
  return Buffer.concat([...attributes.map((one) => bytes(2, one)), ...blocks.map((one) => bytes(3, one))]);
}
