import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './recorder.ts';

/** What a file for Cloud Build says. */
export type BuildConfig = {
  readonly steps: readonly { readonly id: string; readonly name: string; readonly script: string }[];
  readonly substitutions: Readonly<Record<string, string>>;
  readonly serviceAccount: string | undefined;
  readonly timeout: string | undefined;
  readonly logging: string | undefined;
  readonly automapSubstitutions: string | undefined;
};

/** Reads it by the few forms of line that ours have; cloudbuild.gcloud.test.ts holds this against gcloud's reading. */
export async function readBuildConfig(file = 'cloudbuild.yaml'): Promise<BuildConfig> {
  const text = await readFile(join(root, file), 'utf8');
  const steps = text.matchAll(/^ {2}- id: (?<id>.+)\n {4}name: (?<name>.+)\n {4}script: (?<script>.+)$/gm);
  const substitutions = text.matchAll(/^ {2}(?<name>_[A-Z_]+): '?(?<value>.*?)'?$/gm);
  const value = (key: string) => new RegExp(`^ *${key}: (.+)$`, 'm').exec(text)?.[1];
  return {
    steps: [...steps].map(({ groups }) => ({
      id: groups?.['id'] ?? '',
      name: groups?.['name'] ?? '',
      script: groups?.['script'] ?? '',
    })),
    substitutions: Object.fromEntries([...substitutions].map(({ groups }) => [groups?.['name'], groups?.['value']])),
    serviceAccount: value('serviceAccount'),
    timeout: value('timeout'),
    logging: value('logging'),
    automapSubstitutions: value('automapSubstitutions'),
  };
}
