import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { createTapTestRunnerFactory } from '@stryker-mutator/tap-runner';

/*
 * Stryker's runner of test files, which runs for each mutant every file that comes near it: most of a minute for a mutant that
 * survives. This one runs those first that are about the mutant's own file, then the quick ones that run the whole function,
 * and no more than `MOST`. A mutant that a further file would kill counts as survived, so that the score is a lower bound.
 */
const MOST = 9;

const createTapTestRunner = createTapTestRunnerFactory();

/** The tests that are about a source file, by the last part of both names. */
const OWN = {
  'time-budget': ['deadline', 'cut-to-fit', 'batch'],
  'log-result': ['evidence', 'audit-log', 'batch'],
  'command-fields': ['refusals', 'command', 'payload-form', 'names', 'batch'],
  'light-web': ['credentials', 'http', 'datastream'],
  exchange: ['advice', 'secrets', 'datastream', 'retries', 'undocumented', 'lost-cancels', 'deadline'],
  report: ['refusals', 'record', 'judgement', 'outcomes', 'batch'],
  'api-error': ['http-status', 'lost-cancels', 'undocumented', 'retries', 'delivery'],
  advice: ['advice', 'outcomes'],
  answer: ['delivery', 'judgement', 'outcomes', 'pubsub', 'batch', 'any-request'],
  assemble: ['record', 'admitted'],
  'audit-log': ['texts', 'audit-log', 'evidence', 'bounds', 'record'],
  'audit-record': ['schema', 'record', 'bounds'],
  'auth-library': ['http', 'credentials', 'datastream', 'secrets'],
  authenticate: ['refusals', 'admitted', 'attempts', 'judgement'],
  body: ['body', 'any-request', 'deadline', 'delivery'],
  'cancel-many': ['batch', 'sweeps', 'deadline'],
  'cancel-one': ['outcomes', 'evidence', 'audit-log', 'record', 'batch'],
  'cancel-operation': ['judgement', 'deadline', 'delivery', 'record'],
  cancellation: [
    'lost-cancels',
    'refused-cancels',
    'cancelled',
    'watching',
    'unknown',
    'outcomes',
    'deadline',
    'batch',
  ],
  clock: ['deadline', 'watching', 'retries', 'bounds'],
  command: ['refusals', 'command', 'payload-form', 'names', 'batch', 'record'],
  credentials: ['credentials', 'datastream', 'retries', 'secrets'],
  datastream: ['datastream', 'undocumented', 'retries', 'lost-cancels', 'batch', 'selection', 'sweeps'],
  delivery: ['delivery', 'pubsub'],
  duration: ['refusals', 'command', 'settings', 'retries'],
  headers: ['request-metadata', 'bounds', 'pubsub'],
  http: ['http', 'datastream', 'retries', 'undocumented'],
  iam: ['refusals', 'admitted', 'attempts'],
  identity: ['identity', 'own-project', 'record'],
  'name-hints': ['refusals', 'names', 'command', 'batch'],
  oidc: ['refusals', 'admitted', 'attempts'],
  operation: ['record', 'bounds', 'undocumented', 'outcomes', 'batch'],
  outcome: ['outcomes', 'audit-log', 'batch'],
  permission: ['refusals', 'own-project', 'judgement', 'sweeps', 'attempts', 'batch'],
  pubsub: ['pubsub', 'delivery', 'redelivery'],
  recognize: ['delivery', 'pubsub', 'body', 'webhook', 'scheduler'],
  record: ['texts', 'record', 'request-metadata', 'bounds', 'evidence', 'judgement', 'batch'],
  refusal: ['texts', 'judgement', 'command', 'record'],
  'resource-name': ['names', 'settings', 'sweeps', 'batch', 'attempts'],
  retry: ['retries', 'lost-cancels', 'batch'],
  scheduler: ['scheduler', 'delivery'],
  selection: ['selection', 'batch'],
  settings: ['settings', 'batch'],
  status: ['outcomes', 'http-status', 'delivery', 'undocumented', 'judgement', 'batch'],
  text: ['texts', 'bounds', 'secrets', 'request-metadata'],
  timestamp: ['pubsub', 'record', 'scheduler', 'bounds'],
  token: ['refusals', 'admitted', 'attempts'],
  trace: ['texts', 'request-metadata', 'record'],
  'unparsed-requests': ['unparsed-requests', 'any-request', 'delivery'],
  verify: ['refusals', 'admitted', 'attempts'],
  webhook: ['refusals', 'webhook', 'pubsub', 'delivery'],
  'webhook-signature': ['refusals', 'admitted', 'attempts'],
};

/** Quick tests of everything, each of them well under a second. */
const GENERAL = [
  'outcomes',
  'record',
  'evidence',
  'payload-form',
  'refused-cancels',
  'scheduler',
  'webhook',
  'audit-log',
];

const titleOf = (file) => file.split('/').at(-1).replace('.test.ts', '').replace('.ts', '');

function create(...given) {
  const runner = createTapTestRunner(...given);
  const run = runner.mutantRun.bind(runner);
  runner.mutantRun = (options) => {
    const wanted = [...(OWN[titleOf(options.activeMutant.fileName)] ?? []), ...GENERAL];
    const rank = (file) => (wanted.indexOf(titleOf(file)) + 1000) % 1000;
    const covering = options.testFilter ?? [];
    const sorted = covering.toSorted((one, other) => rank(one) - rank(other));
    return run({ ...options, testFilter: sorted.slice(0, MOST) });
  };
  return runner;
}
create.inject = createTapTestRunner.inject;

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'nearest-first', create)];
