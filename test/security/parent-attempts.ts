import { deliveryRequest } from '../pubsub/shapes.ts';
import { type Attempt, attempts, PARENT_DENIED } from './attempt.ts';
import { type SiteName, SUBSCRIPTION } from './world.ts';

/** Operations outside of what a site allows: each title with the operation's project and location. */
function outside(
  at: SiteName,
  rows: Readonly<Record<string, readonly [project: string, location: string]>>,
): Attempt[] {
  const requests = Object.entries(rows).map(([title, [project, location]]) => {
    const body = JSON.stringify({ name: `projects/${project}/locations/${location}/operations/operation-1` });
    return [title, () => ({ body })] as const;
  });
  return attempts(at, PARENT_DENIED, Object.fromEntries(requests));
}

/** `ALLOWED_PARENTS`, by default the function's own project. */
export const PARENT_ATTEMPTS: Attempt[] = [
  ...outside('open', {
    'default: another project': ['other-project', 'us-central1'],
    'default: a project whose id starts like the own': ['acme-data-2', 'us-central1'],
    'default: a project whose id the own one starts with': ['acme-dat', 'us-central1'],
    'default: another project number': ['481516234201', 'us-central1'],
    'default: a project number that starts like the own': ['4815162342000', 'us-central1'],
    'default: the own id within a domain': ['example.com:acme-data', 'us-central1'],
  }),
  ...outside('parentsById', {
    'list: another location of a listed project': ['acme-data', 'europe-west1'],
    'list: a location that starts like the listed one': ['acme-data', 'us-central12'],
    'list: another project in a listed location': ['other-project', 'us-central1'],
    'list: the number of a project that is listed by its id': ['481516234200', 'us-central1'],
    'list: a project whose id starts like one with a wildcard': ['acme-lab-2', 'us-central1'],
  }),
  ...outside('parentsByNumber', {
    'list: the id of a project that is listed by its number': ['acme-data', 'us-central1'],
  }),
  ...outside('oneLocation', {
    'list: another location than the one of every project': ['acme-data', 'us-central1'],
  }),
  ...outside('metadataSilent', {
    'default, no metadata server: the own project': ['acme-data', 'us-central1'],
    'default, no metadata server: a project named null': ['null-null', 'us-central1'],
    'default, no metadata server: any number': ['1', 'us-central1'],
  }),
  // It may be Google's another time, so this is not refused for good.
  ...attempts(
    'metadataForged',
    { http: 503, outcome: 'ERROR', status: 'UNAVAILABLE' },
    {
      'default, a metadata server that is not Google’s: the project that it names': () => ({
        body: '{"name": "projects/acme-data/locations/us-central1/operations/operation-1"}',
      }),
    },
  ),
  ...attempts('open', PARENT_DENIED, {
    'default: another project, only to see whether it is there': () => ({
      body: '{"name": "projects/other-project/locations/us-central1/operations/operation-1", "validateOnly": true}',
    }),
    'default: a sweep of another project': () => ({
      body: '{"parent": "projects/other-project/locations/us-central1", "select": {"minAge": "0s"}}',
    }),
    'default: a sweep of another project for targets in the own': () => ({
      body: '{"parent": "projects/other-project/locations/us-central1", "select": {"target": "projects/acme-data/*"}}',
    }),
  }),
  {
    attempt: 'default: another project, by Pub/Sub, which gets its 200',
    at: 'open',
    request: () =>
      deliveryRequest(
        'wrapped',
        { messageId: '7', data: 'projects/other-project/locations/us-central1/operations/operation-1' },
        SUBSCRIPTION,
      ),
    expected: { ...PARENT_DENIED, http: 200 },
  },
];
