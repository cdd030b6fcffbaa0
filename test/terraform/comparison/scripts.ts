import { runScript } from '../../deploy/build.ts';
import { createRecorder, type Recorder } from '../../deploy/recorder.ts';
import { canonical, type Facts, grant, seconds, shortName } from './facts.ts';

/** How the scripts of deploy/ are run: what they are told, and the settings file. */
export type Deployment = {
  readonly environment: Readonly<Record<string, string>>;
  readonly settings: string;
  readonly sender?: string;
  readonly service: string;
  readonly dataset: string;
  readonly channel: string;
};

/** What the scripts of deploy/ make in an empty project, by what they ask gcloud and bq for. */
export async function factsOfScripts(deployment: Deployment): Promise<Facts> {
  await using recorder = await createRecorder();
  const environment = { ...deployment.environment, SETTINGS: 'deploy/settings.compared.yaml' };
  await recorder.write('deploy/settings.compared.yaml', deployment.settings);
  await recorder.put('monitoring channels', deployment.channel);
  await recorder.put('bq', `${deployment.dataset}.run_googleapis_com_stdout`);
  const setup = deployment.sender === undefined ? 'setup.sh' : `setup.sh --with-webhook-secret=${deployment.sender}`;
  for (const script of [setup, 'deploy.sh', 'attach-pubsub.sh', 'attach-scheduler.sh']) {
    await runScript(recorder, script, environment);
  }
  await runScript(recorder, `observe.sh ${deployment.channel}`, environment);
  const commands = await recorder.commands();
  const facts: Facts = new Map(commands.flatMap((command) => factsOf(command)));
  for (const [key, value] of await factsOfFiles(recorder, environment)) facts.set(key, value);
  for (const [, name, value] of (await recorder.kept('variables')).matchAll(/^(\w+): '(.*)'$/gm)) {
    facts.set(`service ${deployment.service}, ${name}`, value ?? '');
  }
  return facts;
}

/** What is in a file for gcloud: as the scripts fill it, and whether gcloud has been given it. */
async function factsOfFiles(recorder: Recorder, environment: Readonly<Record<string, string>>): Promise<Facts> {
  const fill = async (file: string): Promise<string> => {
    const { output } = await recorder.run(`source deploy/config.sh; fill ${file}`, {
      PROJECT_ID: 'acme-data',
      ...environment,
    });
    return output;
  };
  const facts: Facts = new Map();
  for (const state of await recorder.resources()) {
    if (!/^monitoring\.(?:policies|dashboards)\./.test(state)) continue;
    const text = await recorder.kept(`state/${state}`);
    const { displayName }: { displayName: string } = JSON.parse(text);
    facts.set(`${state.includes('.policies.') ? 'alert' : 'dashboard'} ${displayName}, all of it`, canonical(text));
  }
  const names = (await recorder.commands())
    .filter((command) => command.includes('create'))
    .map((words) => words.join(' '));
  for (const [file, kind, asked] of [
    ['deploy/results-metric.json', 'metric', /^gcloud logging metrics create (\S+)/],
    ['deploy/sweep.json', 'job', /^gcloud scheduler jobs create http (\S+)/],
  ] as const) {
    const name = names.map((line) => asked.exec(line)?.[1]).find((found) => found !== undefined);
    if (name !== undefined) facts.set(`${kind} ${name}, all of it`, canonical(await fill(file)));
  }
  return facts;
}

type Call = { readonly words: readonly string[]; flag(name: string): string; has(name: string): boolean };

function factsOf([program = '', ...argv]: readonly string[]): [string, string][] {
  const call: Call = {
    words: argv.filter((argument) => !argument.startsWith('--') && argument !== 'alpha' && argument !== 'beta'),
    flag: (name) => argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '',
    has: (name) => argv.includes(`--${name}`),
  };
  const line = `${program} ${call.words.join(' ')}`;
  const reader = READERS.find(([beginning]) => `${line} `.startsWith(`${beginning} `));
  return reader === undefined ? [] : reader[1](call, argv.findLast((argument) => !/^--[a-z-]/.test(argument)) ?? '');
}

const properties = (subject: string, values: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(values).map(([name, value]) => [`${subject}, ${name}`, value]);

const account = ({ flag }: Call, name: string) =>
  properties(`account ${name}`, { 'display name': flag('display-name'), description: flag('description') });

const role = ({ flag }: Call, name: string) =>
  properties(`role ${flag('project')}/${name}`, {
    title: flag('title'),
    description: flag('description'),
    stage: flag('stage'),
    permissions: flag('permissions').split(',').sort().join(', '),
  });

const binding =
  (kind: string) =>
  ({ flag }: Call, on: string): [string, string][] => [grant(flag('member'), flag('role'), `${kind} ${on}`)];

const made =
  (kind: string) =>
  (_: Call, name: string): [string, string][] => [[`${kind} ${name}`, 'made']];

const READERS: readonly (readonly [string, (call: Call, last: string) => [string, string][]])[] = [
  [
    'gcloud services enable',
    ({ words, flag }) => words.slice(2).map((api) => [`API ${api} in ${flag('project')}`, 'enabled']),
  ],
  ['gcloud iam service-accounts create', account],
  ['gcloud iam roles create', role],
  ['gcloud projects add-iam-policy-binding', binding('project')],
  ['gcloud iam service-accounts add-iam-policy-binding', binding('account')],
  ['gcloud run services add-iam-policy-binding', binding('service')],
  ['gcloud pubsub topics add-iam-policy-binding', binding('topic')],
  ['gcloud pubsub subscriptions add-iam-policy-binding', binding('subscription')],
  ['gcloud secrets add-iam-policy-binding', binding('secret')],
  ['gcloud storage buckets add-iam-policy-binding', binding('bucket')],
  ['gcloud storage buckets create', made('source bucket')],
  ['gcloud artifacts repositories create', made('image repository')],
  [
    'gcloud secrets create',
    ({ flag }, name) => properties(`secret ${name}`, { replication: flag('replication-policy') }),
  ],
  [
    'gcloud secrets versions add',
    (_, name) => properties(`secret ${name}`, { 'first version': 'made, shown nowhere' }),
  ],
  [
    'gcloud run deploy',
    ({ flag, has }, name) =>
      properties(`service ${name}`, {
        region: flag('region'),
        'entry point': flag('function'),
        runtime: flag('base-image'),
        'runs as': flag('service-account'),
        'is built as': shortName(flag('build-service-account')),
        CPU: flag('cpu'),
        'CPU boost at start': String(has('cpu-boost')),
        memory: flag('memory'),
        'requests at a time': flag('concurrency'),
        'request timeout': seconds(flag('timeout')),
        'most instances': flag('max-instances'),
        ...(flag('set-secrets') !== '' && { secrets: flag('set-secrets') }),
        ...(has('no-invoker-iam-check') && { public: 'without the invoker IAM check' }),
      }),
  ],
  [
    'gcloud run services update-traffic',
    ({ words, has }) => (has('to-latest') ? [[`service ${words[3]}, traffic`, 'latest revision']] : []),
  ],
  ['gcloud pubsub topics create', made('topic')],
  [
    'gcloud pubsub subscriptions create',
    ({ flag }, name) =>
      properties(`subscription ${name}`, {
        topic: flag('topic'),
        'acknowledgement deadline': seconds(flag('ack-deadline')),
        expires: flag('expiration-period'),
        ...(flag('message-retention-duration') !== '' && { keeps: seconds(flag('message-retention-duration')) }),
        ...(flag('push-endpoint') !== '' && {
          'pushes to': flag('push-endpoint'),
          'pushes as': flag('push-auth-service-account'),
          audience: flag('push-auth-token-audience'),
          pauses: `${seconds(flag('min-retry-delay'))} to ${seconds(flag('max-retry-delay'))}`,
          'dead letters': `${flag('dead-letter-topic')} after ${flag('max-delivery-attempts')}`,
        }),
      }),
  ],
  [
    'gcloud scheduler jobs create http',
    ({ flag }, name) =>
      properties(`job ${name}`, {
        region: flag('location'),
        schedule: `${flag('schedule')} ${flag('time-zone')}`,
        request: `${flag('http-method').toUpperCase()} ${flag('uri')} ${flag('headers')}`,
        'calls as': flag('oidc-service-account-email'),
        audience: flag('oidc-token-audience'),
        'attempt deadline': seconds(flag('attempt-deadline')),
        retries: `${flag('max-retry-attempts')}, ${seconds(flag('min-backoff'))} to ${seconds(flag('max-backoff'))}, ${flag('max-doublings')} doublings`,
      }),
  ],
  [
    'bq mk',
    ({ flag }, name) =>
      properties(`data set ${name}`, { location: flag('location'), description: flag('description') }),
  ],
  [
    'gcloud logging sinks create',
    ({ words, flag, has }) =>
      properties(`sink ${words[3]}`, {
        destination: words[4] ?? '',
        filter: flag('log-filter'),
        'tables by day': String(has('use-partitioned-tables')),
      }),
  ],
  ['bq query', (_, sql) => statement(sql)],
];

/** A GRANT or a view, in SQL. */
function statement(sql: string): [string, string][] {
  const [, given, dataset, member] = /^GRANT `(.+)` ON SCHEMA `(.+)` TO '(.+)'$/.exec(sql) ?? [];
  if (given !== undefined && dataset !== undefined && member !== undefined) {
    return [grant(member, given, `data set ${dataset.split('.').at(-1)}`)];
  }
  const [, view, query] = /CREATE OR REPLACE VIEW `[^.]+\.(.+)` AS\n([\s\S]*)/.exec(sql) ?? [];
  return view === undefined ? [] : [[`view ${view}, all of it`, (query ?? '').trim()]];
}
