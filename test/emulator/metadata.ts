import { type Answer, frontEndAnswer, jsonAnswer } from './errors.ts';
import type { IdentitySigner } from './identity.ts';
import type { AccessTokens } from './tokens.ts';

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

/** Whether `path` is the one that access tokens are fetched from. */
export function isTokenPath(path: string): boolean {
  return path.startsWith(`${root}/instance/service-accounts/`) && path.endsWith('/token');
}

/** A metadata server about `facts`: given a request's method, path, query and Metadata-Flavor header it gives the answer. */
export function createMetadataServer(
  facts: InstanceFacts,
): (httpMethod: string, path: string, query: string, asked: string | undefined) => Answer {
  const tree = treeOf(facts);
  return (httpMethod, path, query, asked) => {
    const answer = answerTo(tree, httpMethod, path, new URLSearchParams(query), asked);
    return { ...answer, headers: { ...answer.headers, ...flavor } };
  };
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
