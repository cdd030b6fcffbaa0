import { readFileSync } from 'node:fs';
import type { Block } from './schema/generated-code.ts';
import type { Messages } from './schema/messages.ts';

/** A provider's schema, as `terraform providers schema -json` tells it. */
export type ProviderSchema = {
  readonly provider: Schema;
  readonly resource_schemas: Readonly<Record<string, Schema>>;
  readonly data_source_schemas: Readonly<Record<string, Schema>>;
  readonly ephemeral_resource_schemas?: Readonly<Record<string, Schema>>;
};
export type Schema = { readonly version: number; readonly block: Block };

const read = (name: string): string => readFileSync(new URL(`extract/${name}`, import.meta.url), 'utf8');

/** The schemas of the providers, by address. */
export function readProviders(): Readonly<Record<string, ProviderSchema>> {
  const { provider_schemas }: { provider_schemas: Record<string, ProviderSchema> } = JSON.parse(read('providers.json'));
  return provider_schemas;
}

/** The messages of Google's APIs. */
export function readApis(): Messages {
  const messages: Messages = JSON.parse(read('apis.json'));
  return messages;
}
