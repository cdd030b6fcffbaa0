import { attempts, UNAUTHENTICATED } from './attempt.ts';
import type { Sent } from './post.ts';
import {
  AUDIENCE,
  bearer,
  hmacSigned,
  secondsFromNow,
  segment,
  signedBy,
  stranger,
  strangerOnCurve,
  timedClaims,
  withPart,
} from './proofs.ts';
import { command, googleToken, type World } from './world.ts';

const DAY = 24 * 60 * 60;

/** The command under a token. */
function under(token: string, world: World): Sent {
  return { headers: bearer(token), body: command(world) };
}

/** Rows of tokens that Google did sign, with claims that are not all as they should be. */
function claims(rows: Readonly<Record<string, () => Readonly<Record<string, unknown>>>>) {
  const requests = Object.entries(rows).map(
    ([title, make]) => [title, (world: World) => under(googleToken(world, make()), world)] as const,
  );
  return attempts('verify', UNAUTHENTICATED, Object.fromEntries(requests));
}

/** Rows of tokens that are worded from a sound one and Google's public key. */
function tokens(rows: Readonly<Record<string, (sound: string, world: World) => string>>) {
  const requests = Object.entries(rows).map(
    ([title, make]) => [title, (world: World) => under(make(googleToken(world), world), world)] as const,
  );
  return attempts('verify', UNAUTHENTICATED, Object.fromEntries(requests));
}

/** `CALLER_AUTH=verify`: tokens that Google signed for something else. */
export const CLAIM_ATTEMPTS = claims({
  'an audience that is not this function': () => ({ aud: 'https://other.example.com' }),
  'no audience': () => ({ aud: undefined }),
  'an empty audience': () => ({ aud: '' }),
  'a second audience beside the right one': () => ({ aud: [AUDIENCE, 'https://other.example.com'] }),
  'the right audience alone in a list': () => ({ aud: [AUDIENCE] }),
  'the audience with a slash behind it': () => ({ aud: `${AUDIENCE}/` }),
  'the audience in capitals': () => ({ aud: AUDIENCE.toUpperCase() }),
  'an audience that begins like the right one': () => ({ aud: `${AUDIENCE}.evil.example` }),
  'another issuer': () => ({ iss: 'https://securetoken.google.com/acme-data' }),
  'no issuer': () => ({ iss: undefined }),
  'an issuer that begins like Google': () => ({ iss: 'https://accounts.google.com.evil.example' }),
  'an issuer without TLS': () => ({ iss: 'http://accounts.google.com' }),
  'Google in a list of issuers': () => ({ iss: ['https://accounts.google.com'] }),
  'a service account as its own issuer': () => ({ iss: 'ops-bot@acme-data.iam.gserviceaccount.com' }),
  'expired an hour ago': () => ({ iat: secondsFromNow(-7200), exp: secondsFromNow(-3600) }),
  'expired a second ago': () => ({ iat: secondsFromNow(-3600), exp: secondsFromNow(-1) }),
  'no expiry': () => ({ exp: undefined }),
  'an expiry in words': () => ({ exp: 'never' }),
  'an expiry of digits in a string': () => ({ exp: String(secondsFromNow(3600)) }),
  'no time of issue': () => ({ iat: undefined }),
  'issued in two minutes': () => ({ iat: secondsFromNow(120), exp: secondsFromNow(3600) }),
  'issued in two minutes, to be used from now on': () => ({
    iat: secondsFromNow(120),
    nbf: secondsFromNow(0),
  }),
  'issued after it expires': () => ({ iat: secondsFromNow(120), exp: secondsFromNow(60) }),
  'not to be used before two minutes from now': () => ({ nbf: secondsFromNow(120) }),
  'a beginning in words': () => ({ nbf: 'now' }),
  'a life of a day and a second': () => ({ iat: secondsFromNow(0), exp: secondsFromNow(DAY + 1) }),
  'a life of ten years': () => ({ exp: secondsFromNow(3650 * DAY) }),
  'a life of a month that is nearly over': () => ({ iat: secondsFromNow(-30 * DAY), exp: secondsFromNow(60) }),
  'issued in 1970': () => ({ iat: 0 }),
  'times in milliseconds': () => ({ iat: Date.now(), exp: Date.now() + 3_600_000 }),
  'an email that Google has not verified': () => ({ email_verified: false }),
  'no word on whether the email is verified': () => ({ email_verified: undefined }),
  'email_verified as a string': () => ({ email_verified: 'true' }),
  'email_verified as a number': () => ({ email_verified: 1 }),
  'no subject': () => ({ sub: undefined }),
});

/** `CALLER_AUTH=verify`: tokens that Google did not sign as they are. */
export const FORGED_TOKEN_ATTEMPTS = tokens({
  'a key that nobody knows': () => signedBy(stranger.privateKey, { kid: 'strangers-key' }, timedClaims()),
  "a stranger's key under the id of Google's": (_, { google }) =>
    signedBy(stranger.privateKey, { kid: google.keyId }, timedClaims()),
  'no key id': () => signedBy(stranger.privateKey, {}, timedClaims()),
  'the key id __proto__': () => signedBy(stranger.privateKey, { kid: '__proto__' }, timedClaims()),
  'the key id constructor': () => signedBy(stranger.privateKey, { kid: 'constructor' }, timedClaims()),
  'the key id in a list': (_, { google }) => signedBy(stranger.privateKey, { kid: [google.keyId] }, timedClaims()),
  'a path for a key id': () => signedBy(stranger.privateKey, { kid: '../../../../dev/null' }, timedClaims()),
  'its own key in the header': (_, { google }) => {
    const jwk = stranger.publicKey.export({ format: 'jwk' });
    return signedBy(stranger.privateKey, { kid: google.keyId, jwk }, timedClaims());
  },
  "the address of the attacker's keys in the header": (_, { google, lair }) => {
    const address = `${lair.url}/oauth2/v3/certs`;
    return signedBy(stranger.privateKey, { kid: google.keyId, jku: address, x5u: address }, timedClaims());
  },
  'another algorithm under the id of a key that is RSA': (_, { google }) =>
    signedBy(strangerOnCurve.privateKey, { kid: google.keyId, alg: 'ES256' }, timedClaims()),
  'alg none without a signature': (_, { google }) =>
    `${segment({ alg: 'none', kid: google.keyId })}.${segment(timedClaims())}.`,
  'alg NONE in capitals, with a signature of another token': (sound, { google }) =>
    withPart(withPart(sound, 0, segment({ alg: 'NONE', kid: google.keyId })), 1, segment(timedClaims())),
  "HS256 with Google's public key for a secret": (_, { google }) => hmacSigned(google.pem, google.keyId),
  'HS256 with the same key without its last newline': (_, { google }) => hmacSigned(google.pem.trim(), google.keyId),
  'HS256 with an empty secret': (_, { google }) => hmacSigned('', google.keyId),
  'other claims under the signature of a sound token': (sound) =>
    withPart(sound, 1, segment(timedClaims({ email: 'root@acme-data.iam.gserviceaccount.com' }))),
  'another header under the signature of a sound token': (sound, { google }) =>
    withPart(sound, 0, segment({ alg: 'RS256', kid: google.keyId, typ: 'at+jwt' })),
  'the signature of another sound token': (sound, world) =>
    withPart(sound, 2, googleToken(world, { sub: '2' }).split('.')[2] ?? ''),
  'a signature with one bit turned': (sound) => {
    const bytes = Buffer.from(sound.split('.')[2] ?? '', 'base64url');
    bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
    return withPart(sound, 2, bytes.toString('base64url'));
  },
  'a signature cut short': (sound) => sound.slice(0, -8),
  'an empty signature': (sound) => withPart(sound, 2, ''),
  'a signature of zeros': (sound) => withPart(sound, 2, Buffer.alloc(256).toString('base64url')),
  'a signature that Cloud Run seems to have taken off': (sound) => withPart(sound, 2, 'SIGNATURE_REMOVED_BY_GOOGLE'),
});
