import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** Signs OIDC tokens as Google does for a service account, with a key of its own, and publishes that key. */
export type IdentitySigner = {
  /** A signed token of `claims` for one hour; `claims` may override every claim, the times (seconds since 1970) included. */
  sign(claims: Readonly<Record<string, unknown>>): string;
  /** The key by its id in PEM: what Google serves at `/oauth2/v1/certs`, where it wraps the key into a certificate. */
  pem(): Readonly<Record<string, string>>;
  /** The key as a JWK set: what Google serves at `/oauth2/v3/certs`. */
  jwks(): { keys: readonly Readonly<Record<string, unknown>>[] };
};

type Key = { readonly id: string; readonly privateKey: KeyObject; readonly publicKey: KeyObject; readonly pem: string };

/** A signer whose key is made when it is first needed, since that takes a tenth of a second. `now` gives ms since 1970. */
export function createIdentitySigner(now: () => number): IdentitySigner {
  let made: Key | undefined;
  const key = (): Key => {
    made ??= makeKey();
    return made;
  };
  return {
    sign(claims) {
      const iat = Math.floor(now() / 1000);
      return signToken(key(), { iss: 'https://accounts.google.com', iat, exp: iat + 3600, ...claims });
    },
    pem: () => ({ [key().id]: key().pem }),
    jwks: () => ({ keys: [{ ...key().publicKey.export({ format: 'jwk' }), kid: key().id, alg: 'RS256', use: 'sig' }] }),
  };
}

function makeKey(): Key {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  return { id: createHash('sha1').update(pem).digest('hex'), privateKey, publicKey, pem };
}

function signToken(key: Key, claims: Readonly<Record<string, unknown>>): string {
  const signed = `${encoded({ alg: 'RS256', kid: key.id, typ: 'JWT' })}.${encoded(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key.privateKey).toString('base64url')}`;
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
