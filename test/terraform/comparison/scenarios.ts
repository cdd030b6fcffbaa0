import type { Workspace } from '../terraform.ts';
import { compare, type Row } from './compare.ts';
import { factsOfModule, type Resource } from './module.ts';
import { type Deployment, factsOfScripts } from './scripts.ts';

const channel = 'projects/acme-data/notificationChannels/7';

/** Deployments that both ways are told to make: the module by a test file of its own, the scripts by this. */
const SCENARIOS: readonly (Deployment & { readonly test: string })[] = [
  {
    test: 'everything',
    service: 'datastream-operation-cancel',
    dataset: 'datastream_cancel_audit',
    channel,
    sender: 'pagerduty',
    environment: {
      PUBLIC: 'true',
      PUBSUB: 'true',
      SCHEDULE: '0 3 * * *',
      SECRET_VERSION: 'datastream-cancel-webhook-secrets:1',
    },
    settings: [
      'DEFAULT_WAIT: 5s',
      'REQUEST_DEADLINE: 55s',
      'CALLER_AUTH: verify',
      'OIDC_AUDIENCE: https://datastream-operation-cancel-123456789012.us-central1.run.app',
      'ALLOWED_CALLERS: datastream-cancel-invoker@acme-data.iam.gserviceaccount.com',
    ].join('\n'),
  },
  {
    test: 'another-service',
    service: 'streams-cancel',
    dataset: 'streams_cancel_audit',
    channel,
    environment: {
      SERVICE: 'streams-cancel',
      REGION: 'europe-west3',
      DATASTREAM_PROJECT: 'acme-streams',
      DATASTREAM_LOCATION: '-',
      MEMORY: '1Gi',
      MAX_INSTANCES: '2',
      PUBSUB: 'true',
      SCHEDULE: '30 2 * * 1-5',
      TIME_ZONE: 'Europe/Zurich',
      DATASET_LOCATION: 'EU',
    },
    settings: ['CALLER_AUTH: iam', 'ALLOWED_PARENTS: projects/acme-streams/locations/*', 'MAX_OPERATIONS: 5'].join(
      '\n',
    ),
  },
];

/** What each way makes of each scenario, side by side. */
export async function compareScenarios(
  workspace: Workspace,
): Promise<{ readonly test: string; readonly rows: Row[] }[]> {
  const compared = [];
  for (const scenario of SCENARIOS) {
    const [scripts, resources] = await Promise.all([factsOfScripts(scenario), stateOf(workspace, scenario.test)]);
    compared.push({ test: scenario.test, rows: compare(scripts, factsOfModule(resources)) });
  }
  return compared;
}

/** The resources of the state that a test file comes to. */
async function stateOf(workspace: Workspace, test: string): Promise<Resource[]> {
  const { output } = await workspace.run('test', `-filter=tests/${test}.tftest.hcl`, '-json', '-verbose');
  const line = output.split('\n').find((one) => one.includes('"type":"test_state"'));
  if (line === undefined) throw new Error(`tests/${test}.tftest.hcl came to no state:\n${output}`);
  const { test_state: state }: { test_state: State } = JSON.parse(line);
  return state.root_module.resources.filter(({ mode }) => mode === 'managed');
}

type State = { readonly root_module: { readonly resources: readonly (Resource & { readonly mode: string })[] } };
