import { fileURLToPath } from 'node:url';

/** A function under measurement: the framework that starts it, and the source that the framework loads. */
export type Contender = {
  id: string;
  /** As the table calls it. */
  title: string;
  /** As the chart calls it. */
  label: string;
  framework: string;
  source: string;
  env: Readonly<Record<string, string>>;
};

/** The project's root, where its own function is built into `dist`. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url));

const FRAMEWORK = 'node_modules/@google-cloud/functions-framework';

/** Everything that is measured. The first is the project's own function, as it is deployed. */
export const contenders: readonly Contender[] = [
  {
    id: 'ours',
    title: 'this function',
    label: 'this function',
    framework: `${root}/${FRAMEWORK}`,
    source: root,
    env: {},
  },
  peer('hello', 'hello-world, no work at all', 'hello-world'),
  peer('bare-http', 'bare job over `node:http`', 'bare job, node:http'),
  peer('bare-fetch', 'bare job over `fetch`', 'bare job, fetch'),
  peer('auth-zod', 'google-auth-library and zod as installed', 'google-auth-library + zod'),
  peer('datastream', '`@google-cloud/datastream` on REST', '@google-cloud/datastream'),
];

function peer(id: string, title: string, label: string): Contender {
  const here = fileURLToPath(new URL('.', import.meta.url));
  // In the peers' favor: without a project, google-auth-library starts a shell to ask gcloud for one.
  const env = { GOOGLE_CLOUD_PROJECT: 'acme-data' };
  return { id, title, label, framework: `${here}${FRAMEWORK}`, source: `${here}peers/${id}.cjs`, env };
}
