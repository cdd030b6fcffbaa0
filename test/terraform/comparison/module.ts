import { canonical, type Facts, grant, seconds, shortName } from './facts.ts';

/** A resource in Terraform's state. */
export type Resource = { readonly type: string; readonly values: Values };
type Values = Readonly<Record<string, unknown>>;

/** What the module makes, by the state that it comes to. */
export const factsOfModule = (resources: readonly Resource[]): Facts =>
  new Map(
    resources.flatMap(({ type, values }) => READERS[type]?.(values) ?? [[`${type}, unknown to the comparison`, '?']]),
  );

const text = (values: Values | undefined, name: string): string => String(values?.[name] ?? '');

/** A block of which there is one. */
const block = (values: Values | undefined, name: string): Values | undefined => blocks(values, name)[0];

const blocks = (values: Values | undefined, name: string): Values[] => {
  const found = values?.[name];
  return Array.isArray(found) ? found : [];
};

const properties = (subject: string, values: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(values).map(([name, value]) => [`${subject}, ${name}`, value]);

/** A grant on what `attribute` names. */
const member =
  (kind: string, attribute: string) =>
  (values: Values): [string, string][] => [
    grant(text(values, 'member'), text(values, 'role'), `${kind} ${shortName(values[attribute])}`),
  ];

const READERS: Readonly<Record<string, (values: Values) => [string, string][]>> = {
  google_project_service: (values) => [[`API ${text(values, 'service')} in ${text(values, 'project')}`, 'enabled']],
  google_service_account: (values) =>
    properties(`account ${text(values, 'account_id')}`, {
      'display name': text(values, 'display_name'),
      description: text(values, 'description'),
    }),
  google_project_iam_custom_role: (values) =>
    properties(`role ${text(values, 'project')}/${text(values, 'role_id')}`, {
      title: text(values, 'title'),
      description: text(values, 'description'),
      stage: text(values, 'stage'),
      permissions: listed(values['permissions']).sort().join(', '),
    }),
  google_project_iam_member: member('project', 'project'),
  google_service_account_iam_member: member('account', 'service_account_id'),
  google_cloud_run_v2_service_iam_member: member('service', 'name'),
  google_pubsub_topic_iam_member: member('topic', 'topic'),
  google_pubsub_subscription_iam_member: member('subscription', 'subscription'),
  google_secret_manager_secret_iam_member: member('secret', 'secret_id'),
  google_bigquery_dataset_iam_member: member('data set', 'dataset_id'),
  google_storage_bucket: (values) => [[`source bucket ${text(values, 'name')}`, 'made']],
  google_storage_bucket_object: () => [],
  google_secret_manager_secret: (values) =>
    properties(`secret ${text(values, 'secret_id')}`, {
      replication: block(block(values, 'replication'), 'auto') === undefined ? 'by hand' : 'automatic',
    }),
  google_secret_manager_secret_version: () => [],
  google_cloudfunctions2_function: service,
  google_pubsub_topic: (values) => [[`topic ${text(values, 'name')}`, 'made']],
  google_pubsub_subscription: subscription,
  google_cloud_scheduler_job: job,
  google_bigquery_dataset: (values) =>
    properties(`data set ${text(values, 'dataset_id')}`, {
      location: text(values, 'location'),
      description: text(values, 'description'),
    }),
  google_bigquery_table: (values) => [
    [
      `view ${text(values, 'dataset_id')}.${text(values, 'table_id')}, all of it`,
      text(block(values, 'view'), 'query').trim(),
    ],
  ],
  google_logging_project_sink: (values) =>
    properties(`sink ${text(values, 'name')}`, {
      destination: text(values, 'destination'),
      filter: text(values, 'filter'),
      'tables by day': text(block(values, 'bigquery_options'), 'use_partitioned_tables'),
    }),
  google_logging_metric: (values) => [
    [`metric ${text(values, 'name')}, all of it`, canonical(JSON.stringify(metric(values)))],
  ],
  google_monitoring_alert_policy: (values) => [
    [`alert ${text(values, 'display_name')}, all of it`, canonical(JSON.stringify(camelCase(values)))],
  ],
  google_monitoring_dashboard: (values) => {
    const dashboard = text(values, 'dashboard_json');
    const { displayName }: { displayName: string } = JSON.parse(dashboard);
    return [[`dashboard ${displayName}, all of it`, canonical(dashboard)]];
  },
};

const listed = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function service(values: Values): [string, string][] {
  const [build, config] = [block(values, 'build_config'), block(values, 'service_config')];
  const subject = `service ${text(values, 'name')}`;
  const secrets = blocks(config, 'secret_environment_variables').map(
    (secret) => `${text(secret, 'key')}=${text(secret, 'secret')}:${text(secret, 'version')}`,
  );
  const variables = Object.entries(config?.['environment_variables'] ?? {}).map(([name, value]) => [
    name,
    String(value),
  ]);
  return [
    ...properties(subject, {
      region: text(values, 'location'),
      'entry point': text(build, 'entry_point'),
      runtime: text(build, 'runtime'),
      'runs as': text(config, 'service_account_email'),
      'is built as': shortName(build?.['service_account']),
      CPU: text(config, 'available_cpu'),
      memory: text(config, 'available_memory'),
      'requests at a time': text(config, 'max_instance_request_concurrency'),
      'request timeout': seconds(config?.['timeout_seconds']),
      'most instances': text(config, 'max_instance_count'),
      ...(secrets.length > 0 && { secrets: secrets.join() }),
      ...(config?.['all_traffic_on_latest_revision'] === true && { traffic: 'latest revision' }),
    }),
    ...properties(subject, Object.fromEntries(variables)),
  ];
}

function subscription(values: Values): [string, string][] {
  const [push, retry, dead] = [
    block(values, 'push_config'),
    block(values, 'retry_policy'),
    block(values, 'dead_letter_policy'),
  ];
  const token = block(push, 'oidc_token');
  return properties(`subscription ${text(values, 'name')}`, {
    topic: shortName(values['topic']),
    'acknowledgement deadline': seconds(values['ack_deadline_seconds']),
    expires: block(values, 'expiration_policy')?.['ttl'] === '' ? 'never' : 'some day',
    ...(text(values, 'message_retention_duration') !== '' && { keeps: seconds(values['message_retention_duration']) }),
    ...(push !== undefined && {
      'pushes to': text(push, 'push_endpoint'),
      'pushes as': text(token, 'service_account_email'),
      audience: text(token, 'audience'),
      pauses: `${seconds(retry?.['minimum_backoff'])} to ${seconds(retry?.['maximum_backoff'])}`,
      'dead letters': `${shortName(dead?.['dead_letter_topic'])} after ${text(dead, 'max_delivery_attempts')}`,
    }),
  });
}

function job(values: Values): [string, string][] {
  const [target, retry] = [block(values, 'http_target'), block(values, 'retry_config')];
  const token = block(target, 'oidc_token');
  const headers = Object.entries(target?.['headers'] ?? {}).map(([name, value]) => `${name}=${value}`);
  const pauses = `${seconds(retry?.['min_backoff_duration'])} to ${seconds(retry?.['max_backoff_duration'])}`;
  const command = Buffer.from(text(target, 'body'), 'base64').toString('utf8');
  return properties(`job ${text(values, 'name')}`, {
    region: text(values, 'region'),
    schedule: `${text(values, 'schedule')} ${text(values, 'time_zone')}`,
    request: `${text(target, 'http_method')} ${text(target, 'uri')} ${headers.join()}`,
    'calls as': text(token, 'service_account_email'),
    audience: text(token, 'audience'),
    'attempt deadline': seconds(values['attempt_deadline']),
    retries: `${text(retry, 'retry_count')}, ${pauses}, ${text(retry, 'max_doublings')} doublings`,
    'all of it': canonical(command),
  });
}

/** The resource as the API has it: without what is empty, a list of one as it is where the API has one. */
function camelCase(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => camelCase(item));
    return LISTS.has(name) ? items : items[0];
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value)
    .filter(([field, inner]) => !COMPUTED.has(field) && inner !== null && !(Array.isArray(inner) && inner.length === 0))
    .map(([field, inner]) => [
      KEYS.has(name) ? field : field.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()),
      camelCase(inner, field),
    ]);
  return Object.fromEntries(fields);
}

/** What the API has as a list; all other blocks are messages. */
const LISTS = new Set(['conditions', 'aggregations', 'labels', 'notification_channels', 'group_by_fields']);
/** Maps, whose keys are the user's own. */
const KEYS = new Set(['label_extractors']);
/** What Google fills in, or where it is. */
const COMPUTED = new Set([
  'id',
  'name',
  'project',
  'creation_record',
  'timeouts',
  'user_labels',
  'enabled',
  'effective_labels',
]);

const metric = (values: Values): unknown => camelCase(values);
