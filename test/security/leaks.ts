import type { Fault } from '../emulator/schema.ts';

export const PARENT = 'projects/acme-data/locations/us-central1';

export const ANY_TOKEN = 'ya29.c.b0Aaekm1K9vQ-x_7tZ';

/** Access tokens of forms that Google uses, and one that looks like nothing. */
export const ACCESS_TOKENS = [
  'ya29.c.b0Aaekm1K9vQ-x_7tZ',
  'ya29.d.b0Aaekm1K9~vQ+x/7==',
  'an/opaque+token.of~no-known-form',
];

/** How an API, or a proxy before it, may repeat the credential that it was sent. */
export const ECHOES: Readonly<Record<string, (authorization: string, token: string) => Fault>> = {
  'the message of an error': (authorization) => ({
    kind: 'error',
    error: { code: 'PERMISSION_DENIED', message: `The header "Authorization: ${authorization}" gives no permission.` },
  }),
  'the message of an error, without its scheme': (_, token) => ({
    kind: 'error',
    error: { code: 'FAILED_PRECONDITION', message: `Token ${token}: no, ${token}!` },
  }),
  'the reason and the details of an error': (authorization, token) => ({
    kind: 'error',
    error: { code: 'INTERNAL', reason: token, metadata: { authorization }, details: [{ authorization }] },
  }),
  'the status of an error': (_, token) => ({
    kind: 'status',
    status: 400,
    body: JSON.stringify({ error: { code: 400, message: '', status: token } }),
  }),
  'a page in HTML': (authorization) => ({ kind: 'status', status: 403, body: `<pre>${authorization}</pre>` }),
  'a success that is none': (authorization) => ({ kind: 'status', status: 200, body: authorization }),
  'every text of an operation': (authorization, token) => ({
    kind: 'status',
    status: 200,
    body: JSON.stringify({
      name: `${PARENT}/operations/operation-1`,
      done: true,
      error: { code: 13, message: `${authorization} ${token}` },
      metadata: { verb: token, target: authorization, statusMessage: token, createTime: token, endTime: token },
    }),
  }),
  'a page of operations': (authorization, token) => ({
    kind: 'status',
    status: 200,
    body: JSON.stringify({
      operations: [{ name: `${PARENT}/operations/operation-1`, metadata: { verb: token, target: authorization } }],
    }),
  }),
};

/** What the metadata server may answer, with a token in it, in place of a token. */
export const BAD_TOKEN_ANSWERS: Readonly<Record<string, (token: string) => Fault>> = {
  'an error': (token) => ({ kind: 'status', status: 500, body: `cannot hand out ${token}` }),
  'a refusal': (token) => ({ kind: 'status', status: 403, body: `{"access_token": "${token}"}` }),
  'JSON that is cut off': (token) => ({ kind: 'status', status: 200, body: `{"access_token": "${token}"` }),
  'a bare token': (token) => ({ kind: 'status', status: 200, body: token }),
  'a token in a list': (token) => ({ kind: 'status', status: 200, body: `[{"access_token": "${token}"}]` }),
  'a token that no header can hold': (token) => ({
    kind: 'status',
    status: 200,
    headers: { 'metadata-flavor': 'Google', 'content-type': 'application/json' },
    body: JSON.stringify({ access_token: `${token}\n${token}`, expires_in: 3599, token_type: 'Bearer' }),
  }),
};

const METADATA = { 'metadata-flavor': 'Google', 'content-type': 'application/json' };

export /** What the metadata server answers where it has this token to give. */
function issue(token: string): Fault {
  const body = JSON.stringify({ access_token: token, expires_in: 3599, token_type: 'Bearer' });
  return { kind: 'status', status: 200, headers: METADATA, body };
}

/** Headers that get into records. */
export const RECORDED_HEADERS = [
  'user-agent',
  'webhook-id',
  'x-cloudscheduler-jobname',
  'x-cloudscheduler-scheduletime',
  'x-goog-pubsub-message-id',
  'x-goog-pubsub-subscription-name',
  'x-goog-pubsub-publish-time',
  'x-goog-pubsub-delivery-attempt',
  'ce-id',
  'ce-source',
  'ce-time',
  'ce-type',
  'content-type',
  'content-encoding',
  'traceparent',
  'x-cloud-trace-context',
  'x-forwarded-for',
  'function-execution-id',
];

/** Bodies with a secret in each place that may come up in a record. */
export function bodiesWith(proof: string): Record<string, string> {
  const name = `${PARENT}/operations/operation-1`;
  const message = { data: 'e30=', messageId: proof, publishTime: proof };
  return {
    'a field name': JSON.stringify({ name, [proof]: 1 }),
    'a hundred field names': JSON.stringify(
      Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`${proof}${i}`, 1])),
    ),
    'a field name within select': JSON.stringify({ parent: PARENT, select: { [proof]: 1 } }),
    'a name that is none': JSON.stringify({ name: `${name}/${proof}` }),
    'a bare text': proof,
    'a reason': JSON.stringify({ name, reason: `tried it with ${proof}`.slice(0, 256) }),
    'a request id': JSON.stringify({ name, requestId: proof.slice(0, 128) }),
    'a wait': JSON.stringify({ name, wait: proof }),
    'a verb': JSON.stringify({ parent: PARENT, select: { verbs: [proof] } }),
    'JSON that is none': `{"name": "${proof}`,
    'the envelope of a message': JSON.stringify({ message, subscription: proof, deliveryAttempt: proof }),
    'data that is no base64': JSON.stringify({ message: { data: `${proof}!` }, subscription: 's' }),
  };
}
