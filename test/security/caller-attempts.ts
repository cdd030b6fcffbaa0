import { deliveryRequest, SHAPES } from '../pubsub/shapes.ts';
import { type Attempt, attempts, CALLER_DENIED, UNAUTHENTICATED } from './attempt.ts';
import { bearer, handedOn, PRINCIPAL, webhookHeaders } from './proofs.ts';
import { command, googleToken, SUBSCRIPTION, type World } from './world.ts';

/** Callers that `ALLOWED_CALLERS` does not name, by their claims. */
function callers(rows: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Attempt[] {
  const requests = Object.entries(rows).map(
    ([title, claims]) =>
      [title, (world: World) => ({ headers: bearer(handedOn(claims)), body: command(world) })] as const,
  );
  return attempts('namedCallers', CALLER_DENIED, Object.fromEntries(requests));
}

/** `ALLOWED_CALLERS`: emails, of which ASCII letters alone are compared without case. */
export const CALLER_ATTEMPTS: Attempt[] = [
  ...callers({
    'a caller that is not listed': { email: 'somebody@example.com' },
    'a caller without an email': { email: undefined },
    'a caller with an empty email': { email: '' },
    'an email that Google has not verified': { email_verified: false },
    'an email with a listed one at its end': { email: `not-${PRINCIPAL}` },
    'an email with a listed one at its start': { email: `${PRINCIPAL}.evil.example` },
    'a listed email and another one behind a comma': { email: `${PRINCIPAL},root@example.com` },
    'a listed email with a space behind': { email: `${PRINCIPAL} ` },
    'a listed email with a newline behind': { email: `${PRINCIPAL}\n` },
    'a listed email with a NUL behind': { email: `${PRINCIPAL}\0` },
    'a listed email with a zero-width space in it': { email: PRINCIPAL.replace('ops', 'ops\u200B') },
    'a Kelvin sign for k': { email: 'kim.ist@example.com'.replace('k', '\u212A') },
    'a dotless i for i': { email: 'kim.ist@example.com'.replace('i', '\u0131') },
    'a dotted capital I for i': { email: 'kim.ist@example.com'.replace('i', '\u0130') },
    'a long s for s': { email: 'kim.ist@example.com'.replace('s', '\u017F') },
    'a full-width letter': { email: 'kim.ist@example.com'.replace('k', '\uFF4B') },
    'a Cyrillic letter': { email: 'kim.ist@example.com'.replace('e', '\u0435') },
    'a ligature for two letters': { email: 'kim.ist@example.com'.replace('st', '\uFB06') },
    'the listed email in the subject': { email: 'somebody@example.com', sub: PRINCIPAL },
    'a wildcard': { email: '*' },
  }),
  ...attempts('namedCallersOffCloudRun', CALLER_DENIED, {
    'nobody, off Cloud Run': (world) => ({ body: command(world) }),
    'a token that nobody has checked, off Cloud Run': (world) => ({
      headers: bearer(handedOn()),
      body: command(world),
    }),
  }),
  ...attempts('namedCallersVerified', CALLER_DENIED, {
    'a verified caller that is not listed': (world) => ({ headers: bearer(googleToken(world)), body: command(world) }),
    'a verified caller without an email': (world) => ({
      headers: bearer(googleToken(world, { email: undefined })),
      body: command(world),
    }),
    'a verified caller that is not listed, beside a sound signature': (world) => ({
      headers: { ...bearer(googleToken(world)), ...webhookHeaders({ body: command(world) }) },
      body: command(world),
    }),
    'the listed email with a Kelvin sign, signed by Google': (world) => ({
      headers: bearer(googleToken(world, { email: '\u212Aim.Ist@example.com' })),
      body: command(world),
    }),
  }),
  ...attempts('namedCallersVerified', UNAUTHENTICATED, {
    'nobody, with a signature header that says nothing': (world) => ({
      headers: { 'webhook-signature': 'v1,' },
      body: command(world),
    }),
  }),
  ...SHAPES.flatMap((shape) =>
    attempts('namedCallers', CALLER_DENIED, {
      [`a Pub/Sub message (${shape}) of a caller that is not listed, which is not acknowledged`]: (world) => {
        const { headers, body } = deliveryRequest(shape, { messageId: '7', data: command(world) }, SUBSCRIPTION);
        return { headers: { ...headers, ...bearer(handedOn({ email: 'somebody@example.com' })) }, body };
      },
    }),
  ),
];

/** `CALLER_AUTH=verify` while Google's certificates cannot be had: nobody is let in, and Pub/Sub shall come again. */
export const CERTIFICATE_ATTEMPTS: Attempt[] = (
  ['withoutCertificates', 'withNonsenseForCertificates'] as const
).flatMap((at) =>
  attempts(
    at,
    { http: 503, outcome: 'ERROR', status: 'UNAVAILABLE' },
    {
      [`a sound token, ${at}`]: (world) => ({ headers: bearer(googleToken(world)), body: command(world) }),
      [`a sound token and a sound signature, ${at}`]: (world) => ({
        headers: { ...bearer(googleToken(world)), ...webhookHeaders({ body: command(world) }) },
        body: command(world),
      }),
      [`a Pub/Sub message under a sound token, ${at}`]: (world) => {
        const { headers, body } = deliveryRequest('wrapped', { messageId: '7', data: command(world) }, SUBSCRIPTION);
        return { headers: { ...headers, ...bearer(googleToken(world)) }, body };
      },
    },
  ),
);
