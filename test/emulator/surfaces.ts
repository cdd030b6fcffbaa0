import type { IncomingMessage } from 'node:http';
import type { Admission } from './admission.ts';
import { applyRoute, type DatastreamContext, unknownPath } from './datastream.ts';
import { frontEndAnswer, jsonAnswer } from './errors.ts';
import type { IdentitySigner } from './identity.ts';
import type { Accepted, Surface } from './listener.ts';
import { createMetadataServer, type InstanceFacts, isTokenPath } from './metadata.ts';
import { cancelsOf } from './operations.ts';
import { type Route, routeOf } from './routes.ts';
import type { RequestKind } from './schema.ts';

/** Datastream's REST API. The project's number in a name is as good as its id, as it is at Google. */
export function datastreamSurface(
  context: DatastreamContext,
  admission: Admission,
  project: { readonly id: string; readonly number: string },
): Surface {
  const byNumber = `/v1/projects/${project.number}/`;
  const byId = `/v1/projects/${project.id}/`;

  function accept(request: IncomingMessage, path: string, query: string): Accepted {
    const { method = '', headers } = request;
    const route = routeOf(method, path.startsWith(byNumber) ? byId + path.slice(byNumber.length) : path);
    const kind = kindOf(route);
    if (route === undefined) return { kind, name: null, apply: () => unknownPath(path) };
    return {
      kind,
      name: route.name,
      ...(kind === 'cancel' ? { arrived: () => countCancel(context, route.name) } : {}),
      apply: (body) =>
        lengthProblem(request) ??
        admission.check(headers.authorization, route.method) ??
        applyRoute(context, route, query, body),
    };
  }

  return { accept };
}

function kindOf(route: Route | undefined): RequestKind {
  if (route === undefined) return 'other';
  return route.kind === 'getLocation' || route.kind === 'listLocations' ? 'locations' : route.kind;
}

function countCancel({ store, now }: DatastreamContext, name: string): void {
  const operation = store.find(name);
  if (operation !== undefined) cancelsOf(operation).arrived.push(now());
}

/** Google's front end refuses a POST that does not say how long it is, even an empty one. */
function lengthProblem({ method, headers }: IncomingMessage): ReturnType<Accepted['apply']> | undefined {
  const unknown = headers['content-length'] === undefined && headers['transfer-encoding'] === undefined;
  return (method === 'POST' || method === 'PATCH') && unknown
    ? frontEndAnswer(411, `${method} requests require a <code>Content-length</code> header.`)
    : undefined;
}

/** The metadata server of Compute Engine and Cloud Run. */
export function metadataSurface(facts: InstanceFacts): Surface {
  const answer = createMetadataServer(facts);
  return {
    accept(request, path, query) {
      const kind = isTokenPath(path) ? 'token' : 'metadata';
      const flavor = request.headers['metadata-flavor'];
      return { kind, name: null, apply: () => answer(request.method ?? '', path, query, flavor?.toString()) };
    },
  };
}

/** The keys of the metadata server's identity tokens, where Google has its own: `/oauth2/v1/certs` and `/oauth2/v3/certs`. */
export function certsSurface(signer: IdentitySigner): Surface {
  const headers = { 'cache-control': 'public, max-age=3600' };
  const keysOf = new Map([
    ['/oauth2/v1/certs', () => jsonAnswer(signer.pem(), 200, headers)],
    ['/oauth2/v3/certs', () => jsonAnswer(signer.jwks(), 200, headers)],
  ]);
  return { accept: (_, path) => ({ kind: 'certs', name: null, apply: keysOf.get(path) ?? (() => unknownPath(path)) }) };
}
