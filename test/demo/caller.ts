import { SIGNATURE_REMOVED } from '../../src/caller/token.ts';

/** Who calls: a service account, by its email and its unique id. */
export type Caller = { readonly email: string; readonly subject: string };

/** The account of the on-call tool. */
export const ON_CALL: Caller = {
  email: 'on-call-bot@acme-data.iam.gserviceaccount.com',
  subject: '109300000000000000001',
};

/** The account as which Pub/Sub and Cloud Scheduler call, made by deploy/setup.sh. */
export const INVOKER: Caller = {
  email: 'datastream-cancel-invoker@acme-data.iam.gserviceaccount.com',
  subject: '109300000000000000002',
};

/** The header with the caller's token as Cloud Run hands it on once it has checked it: the signature is taken off. */
export function authorizationOf({ email, subject }: Caller): { readonly authorization: string } {
  const claims = { iss: 'https://accounts.google.com', sub: subject, email, email_verified: true };
  const token = [segment({ alg: 'RS256', typ: 'JWT' }), segment(claims), SIGNATURE_REMOVED].join('.');
  return { authorization: `Bearer ${token}` };
}

function segment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
