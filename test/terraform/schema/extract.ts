import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Block, readSchema } from './generated-code.ts';
import { readMessages } from './messages.ts';

/*
 * Makes the extracts that the tests check against, of what the module uses and no more:
 *
 *   npm ci --prefix test/terraform/schema && node test/terraform/schema/extract.ts && biome check --write test/terraform
 *
 * providers.json has the form of `terraform providers schema -json`, apis.json the messages of Google's APIs.
 */
const here = import.meta.dirname;
const terraform = join(here, '../../../terraform');
const packages = join(here, 'node_modules');

const providers = ['archive', 'google', 'random'];

type Schema = { version: number; block: Block };
type Schemas = Record<string, Schema>;
type Provider = { provider: Schema; resource_schemas: Schemas; data_source_schemas: Schemas };

const entry = (provider: string, folder: string): [string, Schema] => {
  const { type, block } = readSchema(join(packages, `@cdktf/provider-${provider}/lib/${folder}/index.js`));
  return [type, { version: 0, block }];
};

const hyphens = (type: string): string => type.replaceAll('_', '-');

const used = readdirSync(terraform)
  .filter((file) => file.endsWith('.tf'))
  .flatMap((file) => [...readFileSync(join(terraform, file), 'utf8').matchAll(/^(resource|data|ephemeral) "(\w+)"/gm)])
  .map(([, kind = '', type = '']) => ({ kind, type, provider: type.slice(0, type.indexOf('_')) }));

const typesOf = (kind: string, provider: string): string[] =>
  [...new Set(used.filter((one) => one.kind === kind && one.provider === provider).map(({ type }) => type))].sort();

/** The resource `google_pubsub_topic` is in the folder `pubsub-topic`, the data source in `data-google-pubsub-topic`. */
function schemasOf(provider: string): Provider {
  const resources = typesOf('resource', provider).map((type) => hyphens(type.slice(provider.length + 1)));
  const data = typesOf('data', provider).map((type) => `data-${hyphens(type)}`);
  return {
    provider: withoutEndpoints(entry(provider, 'provider')[1]),
    resource_schemas: Object.fromEntries(resources.map((folder) => entry(provider, folder))),
    data_source_schemas: Object.fromEntries(data.map((folder) => entry(provider, folder))),
  };
}

/** The provider takes another endpoint for each of Google's APIs. */
function withoutEndpoints({ version, block }: Schema): Schema {
  const kept = Object.entries(block.attributes).filter(([name]) => !name.endsWith('_custom_endpoint'));
  return { version, block: { ...block, attributes: Object.fromEntries(kept) } };
}

/** The generated code has no ephemeral resources. That of a password is the resource without what only a state needs. */
function ephemeralPassword(): Schemas {
  const [type, { version, block }] = entry('random', 'password');
  const { id, keepers, number, ...attributes } = block.attributes;
  return { [type]: { version, block: { ...block, attributes } } };
}

const write = (file: string, value: object): void => {
  mkdirSync(join(here, '../extract'), { recursive: true });
  writeFileSync(join(here, '../extract', file), `${JSON.stringify(value, undefined, 1)}\n`);
};

write('providers.json', {
  format_version: '1.0',
  provider_schemas: Object.fromEntries(
    providers.map((provider) => [
      `registry.terraform.io/hashicorp/${provider}`,
      { ...schemasOf(provider), ...(provider === 'random' && { ephemeral_resource_schemas: ephemeralPassword() }) },
    ]),
  ),
});

write(
  'apis.json',
  readMessages(join(packages, '@google-cloud'), {
    'monitoring-dashboards': ['google.monitoring.dashboard.v1.Dashboard'],
    monitoring: ['google.monitoring.v3.AlertPolicy'],
    'logging-api': ['google.logging.v2.LogMetric'],
  }),
);
