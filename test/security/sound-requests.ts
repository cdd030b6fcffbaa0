import { gzipSync } from 'node:zlib';
import type { AuditRecord } from '../../src/record/schema.ts';
import { operationIdOf } from '../../src/terms/resource-name.ts';
import type { OperationStart } from '../emulator/schema.ts';
import type { Sent } from './post.ts';
import {
  bearer,
  handedOn,
  NEXT_SECRET,
  PRINCIPAL,
  RETIRED_SECRET,
  SUBJECT,
  secondsFromNow,
  serverlessBearer,
  webhookHeaders,
} from './proofs.ts';
import { command, googleToken, type SiteName, type World } from './world.ts';

type AuthenticationInfo = AuditRecord['authenticationInfo'];

/** A request that differs from attempts in that it is sound. Without these, a function that refuses everybody would pass. */
export type Admitted = {
  title: string;
  at: SiteName;
  request: (world: World) => Sent;
  caller: AuthenticationInfo;
  /** `authorizationInfo.rule`. */
  rule?: string;
  operation?: OperationStart;
};

const KNOWN = { principalEmail: PRINCIPAL, principalSubject: SUBJECT };
const BY_IAM: AuthenticationInfo = { ...KNOWN, verifiedBy: 'IAM' };
const BY_TOKEN: AuthenticationInfo = { ...KNOWN, verifiedBy: 'OIDC' };
const BY_SIGNATURE: AuthenticationInfo = {
  principalEmail: null,
  principalSubject: null,
  verifiedBy: 'WEBHOOK_SIGNATURE',
};
const NOBODY: AuthenticationInfo = { principalEmail: null, principalSubject: null, verifiedBy: 'NONE' };

function headers(make: (world: World) => NonNullable<Sent['headers']>): Admitted['request'] {
  return (world) => ({ headers: make(world), body: command(world) });
}

function signed(how: { secret?: string; at?: number; id?: string } = {}, more: Record<string, string> = {}) {
  return headers((world) => ({ ...webhookHeaders({ body: command(world), ...how }), ...more }));
}

function admitted(at: SiteName, caller: AuthenticationInfo, rows: Readonly<Record<string, Admitted['request']>>) {
  return Object.entries(rows).map(([title, request]): Admitted => ({ title, at, caller, request }));
}

const plain = headers(() => ({}));

const PARENTS: readonly { at: SiteName; project: string; location?: string; rule: string }[] = [
  { at: 'open', project: 'acme-data', rule: 'projects/acme-data/locations/*' },
  { at: 'open', project: '481516234200', rule: 'projects/481516234200/locations/*' },
  { at: 'parentsById', project: 'acme-data', rule: 'projects/acme-data/locations/us-central1' },
  { at: 'parentsById', project: 'acme-lab', location: 'asia-east1', rule: 'projects/acme-lab/locations/*' },
  { at: 'parentsByNumber', project: '481516234200', rule: 'projects/481516234200/locations/*' },
  { at: 'oneLocation', project: 'any-project', location: 'europe-west1', rule: 'projects/*/locations/europe-west1' },
];

/** An operation in an allowed parent. The emulator keeps the operations of its own project under the id, as Google does. */
function inParent({ at, project, location = 'us-central1', rule }: (typeof PARENTS)[number]): Admitted {
  const parent = `projects/${project}/locations/${location}`;
  return {
    title: `an operation of ${parent}, allowed by ${rule}`,
    at,
    request: ({ operation }) => ({ body: `${parent}/operations/${operationIdOf(operation)}` }),
    caller: NOBODY,
    rule,
    operation: { location, ...(project !== '481516234200' && { project }) },
  };
}

/** What the settings let in although a stranger may send it: docs/security.md says what to do about each. */
export const KNOWN_LIMITS: readonly Admitted[] = [
  ...admitted(
    'exposed',
    { ...BY_IAM, principalEmail: 'anybody@example.com' },
    {
      'CALLER_AUTH=iam, made public by mistake: a forged token with the mark of a checked one': headers(() =>
        bearer(handedOn({ email: 'anybody@example.com' })),
      ),
    },
  ),
  ...admitted(
    'verify',
    { ...BY_TOKEN, principalEmail: 'me@other-project.iam.gserviceaccount.com' },
    {
      'CALLER_AUTH=verify without ALLOWED_CALLERS: a token that Google signed for anybody who asked': headers((world) =>
        bearer(googleToken(world, { email: 'me@other-project.iam.gserviceaccount.com' })),
      ),
    },
  ),
];

/** Requests that are let in, beside the attempts that are not. */
export const ADMITTED: readonly Admitted[] = [
  ...admitted('verify', BY_TOKEN, {
    'a sound token in Authorization': headers((world) => bearer(googleToken(world))),
    'a sound token in X-Serverless-Authorization': headers((world) => serverlessBearer(googleToken(world))),
    'a sound token in X-Serverless-Authorization before a bad one': headers((world) => ({
      ...serverlessBearer(googleToken(world)),
      ...bearer('a.b.c'),
    })),
    'the scheme in small letters': headers((world) => ({ authorization: `bearer ${googleToken(world)}` })),
    'the issuer without a scheme': headers((world) => bearer(googleToken(world, { iss: 'accounts.google.com' }))),
    'a life of a whole day': headers((world) => bearer(googleToken(world, { exp: secondsFromNow(86_390) }))),
    'a clock that is half a minute ahead': headers((world) => bearer(googleToken(world, { iat: secondsFromNow(30) }))),
    'a sound token beside a sound signature': headers((world) => ({
      ...bearer(googleToken(world)),
      ...webhookHeaders({ body: command(world) }),
    })),
    'a sound token beside half of the headers of a signature': headers((world) => ({
      ...bearer(googleToken(world)),
      'webhook-id': 'msg_1',
    })),
  }),
  ...admitted(
    'verify',
    { ...BY_TOKEN, principalEmail: null },
    {
      'a sound token without an email': headers((world) => bearer(googleToken(world, { email: undefined }))),
    },
  ),
  ...admitted('verify', BY_SIGNATURE, {
    'a sound signature under the first secret': signed(),
    'a sound signature under the second secret': signed({ secret: NEXT_SECRET }),
    'a signature four minutes old': signed({ at: secondsFromNow(-240) }),
    'a signature four minutes ahead': signed({ at: secondsFromNow(240) }),
    'a sound signature behind others': headers((world) => {
      const sound = webhookHeaders({ body: command(world) });
      const other = webhookHeaders({ body: command(world), secret: RETIRED_SECRET });
      const list = `v2,YQ== ${other['webhook-signature']} ${sound['webhook-signature']}`;
      return { ...sound, 'webhook-signature': list };
    }),
    'a body beyond ASCII': (world) => {
      const body = command(world, { reason: 'Störung — 中文 🛑' });
      return { headers: webhookHeaders({ body }), body };
    },
    'a body that was signed and then compressed': (world) => {
      const body = command(world);
      return { headers: { ...webhookHeaders({ body }), 'content-encoding': 'gzip' }, body: gzipSync(body) };
    },
    'a signature with the headers of Cloud Scheduler': signed({}, { 'x-cloudscheduler': 'true' }),
  }),
  ...admitted('webhooksOnly', BY_SIGNATURE, { 'a sound signature, no audience set': signed() }),
  ...admitted(
    'namedWebhooks',
    { ...BY_SIGNATURE, principalSubject: 'pagerduty' },
    { 'a sound signature under a secret with a name, which is put on record': signed() },
  ),
  ...admitted('tokensOnly', BY_TOKEN, {
    'a sound token, no secret set': headers((world) => bearer(googleToken(world))),
  }),
  ...admitted('exposed', BY_IAM, {
    'a token that Cloud Run has checked': headers(() => bearer(handedOn())),
    'the same in X-Serverless-Authorization': headers(() => serverlessBearer(handedOn())),
    'the one in X-Serverless-Authorization before another': headers(() => ({
      ...serverlessBearer(handedOn()),
      ...bearer(handedOn({ email: 'root@example.com', sub: '0' })),
    })),
  }),
  ...admitted(
    'exposed',
    { ...BY_IAM, principalEmail: null },
    {
      'a checked token whose email is not verified, without that email': headers(() =>
        bearer(handedOn({ email_verified: false })),
      ),
    },
  ),
  ...admitted('open', NOBODY, {
    'anybody, off Cloud Run': plain,
    'a token that nobody has checked, and is not believed': headers(() => bearer(handedOn())),
    'an Authorization that is no token': headers(() => ({ authorization: 'Basic YTpi' })),
  }),
  ...admitted('namedCallers', BY_IAM, { 'a listed caller': headers(() => bearer(handedOn())) }),
  ...admitted(
    'namedCallers',
    { ...BY_IAM, principalEmail: PRINCIPAL.toUpperCase() },
    {
      'a listed caller in capitals': headers(() => bearer(handedOn({ email: PRINCIPAL.toUpperCase() }))),
    },
  ),
  ...admitted(
    'namedCallersVerified',
    { ...BY_TOKEN, principalEmail: 'kIM.iST@EXAMPLE.com' },
    {
      'a listed caller, verified, in other letters': headers((world) =>
        bearer(googleToken(world, { email: 'kIM.iST@EXAMPLE.com' })),
      ),
    },
  ),
  ...admitted('namedCallersVerified', BY_SIGNATURE, { 'a signed webhook, which has no email': signed() }),
  ...PARENTS.map(inParent),
  { title: 'a listed verb', at: 'someVerbs', request: plain, caller: NOBODY, operation: { verb: 'delete' } },
  {
    title: 'a reason where one is required',
    at: 'reasonRequired',
    request: (world) => ({ body: command(world, { reason: 'INC-4821' }) }),
    caller: NOBODY,
  },
];
