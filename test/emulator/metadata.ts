import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { AccessTokens } from './admission.ts';
import { unknownPath } from './datastream.ts';
import { type Answer, frontEndAnswer, jsonAnswer } from './errors.ts';
import type { Surface } from './requests.ts';

/** What the metadata server tells of the instance that the function under test believes to run on. */
export type InstanceFacts = {
  readonly projectId: string;
  readonly projectNumber: string;
  readonly location: string;
  readonly serviceAccount: string;
  readonly tokens: AccessTokens;
  readonly signer: IdentitySigner;
};

/** A directory of the metadata tree, or a leaf: text, or an answer that is worked out when it is asked for. */
type Node = string | readonly string[] | ((query: URLSearchParams) => Answer) | { readonly [key: string]: Node };

const root = '/computeMetadata/v1';
const flavor = { 'metadata-flavor': 'Google', server: 'Metadata Server for VM' };
const scopes = ['https://www.googleapis.com/auth/cloud-platform'];

/** The metadata server of Compute Engine and Cloud Run. */
export function metadataSurface(facts: InstanceFacts): Surface {
  const tree = treeOf(facts);
  return ({ method = '', headers }, path, query) => ({
    kind: path.startsWith(`${root}/instance/service-accounts/`) && path.endsWith('/token') ? 'token' : 'metadata',
    name: null,
    apply() {
      const answer = answerTo(tree, method, path, new URLSearchParams(query), headers['metadata-flavor']?.toString());
      return { ...answer, headers: { ...answer.headers, ...flavor } };
    },
  });
}

/** The keys of the metadata server's identity tokens, where Google has its own: `/oauth2/v1/certs` and `/oauth2/v3/certs`. */
export function certsSurface(signer: IdentitySigner): Surface {
  const headers = { 'cache-control': 'public, max-age=3600' };
  const keysOf = new Map([
    ['/oauth2/v1/certs', () => jsonAnswer(signer.pem(), 200, headers)],
    ['/oauth2/v3/certs', () => jsonAnswer(signer.jwks(), 200, headers)],
  ]);
  return (_, path) => ({ kind: 'certs', name: null, apply: keysOf.get(path) ?? (() => unknownPath(path)) });
}

function treeOf({ projectId, projectNumber, location, serviceAccount, tokens, signer }: InstanceFacts): Node {
  const account: Node = {
    aliases: ['default'],
    email: serviceAccount,
    identity: (query) => identity(signer, serviceAccount, query.get('audience')),
    scopes,
    token: () => token(tokens),
  };
  return {
    instance: {
      attributes: {},
      id: '00f46b92850f6a1d3b8e5c7a',
      region: `projects/${projectNumber}/regions/${location}`,
      'service-accounts': { default: account, [serviceAccount]: account },
      zone: `projects/${projectNumber}/zones/${location}-1`,
    },
    project: { 'numeric-project-id': projectNumber, 'project-id': projectId },
    universe: { 'universe-domain': 'googleapis.com' },
  };
}

function answerTo(
  tree: Node,
  httpMethod: string,
  path: string,
  query: URLSearchParams,
  asked: string | undefined,
): Answer {
  if (path === '/') return text('computeMetadata/\n');
  if (httpMethod !== 'GET') return frontEndAnswer(405, 'The metadata server only reads.');
  // A browser or a careless proxy cannot send this header, which is why the real server insists on it.
  if (asked?.toLowerCase() !== 'google') return frontEndAnswer(403, 'Missing required header: Metadata-Flavor: Google');
  let node: Node | undefined = path.startsWith(root) ? tree : undefined;
  for (const key of path
    .slice(root.length)
    .split('/')
    .filter((part) => part !== '')) {
    node = isDirectory(node) && Object.hasOwn(node, key) ? node[key] : undefined;
  }
  if (node === undefined) return frontEndAnswer(404, 'The requested URL was not found on this server.');
  if (typeof node === 'function') return node(query);
  if (query.get('recursive') === 'true' || query.get('alt') === 'json') return jsonAnswer(jsonOf(node));
  if (typeof node === 'string') return text(node);
  return text(isDirectory(node) ? listing(node) : node.map((line) => `${line}\n`).join(''));
}

function isDirectory(node: Node | undefined): node is { readonly [key: string]: Node } {
  return typeof node === 'object' && !Array.isArray(node);
}

function listing(directory: { readonly [key: string]: Node }): string {
  return Object.entries(directory)
    .map(([key, child]) => `${key}${isDirectory(child) ? '/' : ''}\n`)
    .join('');
}

/** As JSON the real server writes names in camel case, numeric project ids as numbers, and leaves credentials out. */
function jsonOf(node: Node): unknown {
  if (!isDirectory(node)) return node;
  const entries = Object.entries(node).filter(([, child]) => typeof child !== 'function');
  return Object.fromEntries(
    entries.map(([key, child]) => [
      key.includes('@') ? key : key.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
      key === 'numeric-project-id' ? Number(child) : jsonOf(child),
    ]),
  );
}

function text(body: string): Answer {
  return { status: 200, headers: { 'content-type': 'application/text' }, body };
}

function token(tokens: AccessTokens): Answer {
  const { token, expiresIn } = tokens.issue();
  return jsonAnswer({ access_token: token, expires_in: expiresIn, token_type: 'Bearer' });
}

function identity(signer: IdentitySigner, email: string, audience: string | null): Answer {
  if (audience === null || audience === '') return frontEndAnswer(400, 'non-empty audience parameter required');
  const subject = '109300000000000000001';
  return text(signer.sign({ aud: audience, azp: subject, sub: subject, email, email_verified: true }));
}

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
