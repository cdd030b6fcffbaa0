type About = {
  /** The resource or parent that the request is about, as a full name. */
  readonly name: string;
  /** The RPC's full name, as Google's ErrorInfo gives it. */
  readonly method: string;
};

/** What a request to Datastream asks for; `other` is a method that Datastream has and the emulator has not. */
export type Route =
  | ({ readonly kind: 'get' | 'cancel' | 'delete' | 'list' | 'listLocations' | 'getLocation' | 'other' } & About)
  | ({ readonly kind: 'start'; readonly start: StartMethod } & About);

/** A method that starts an operation. One that creates says where, and which query parameter holds the new id. */
export type StartMethod = {
  readonly verb: string;
  readonly creates?: { readonly collection: string; readonly idParameter: string };
};

type Pattern = {
  readonly httpMethod: string;
  /** Matches the path behind `/v1/`; its group is the name that the request is about. */
  readonly path: RegExp;
  readonly route: (name: string) => Route;
};

const location = 'projects/[^/]+/locations/[^/:]+';
const operation = `${location}/operations/[^/:]+`;
const stream = `${location}/streams/[^/:]+`;
const profile = `${location}/connectionProfiles/[^/:]+`;
const connection = `${location}/privateConnections/[^/:]+`;
const anyResource = `${location}(?::fetchStaticIps|/(?:streams|connectionProfiles|privateConnections)(?:[/:].+)?)`;

function simple(httpMethod: string, path: string, kind: Exclude<Route['kind'], 'start'>, method: string): Pattern {
  return { httpMethod, path: new RegExp(`^${path}$`), route: (name) => ({ kind, name, method: `google.${method}` }) };
}

function starting(httpMethod: string, path: string, rpc: string, start: StartMethod): Pattern {
  const method = `google.cloud.datastream.v1.Datastream.${rpc}`;
  return { httpMethod, path: new RegExp(`^${path}$`), route: (name) => ({ kind: 'start', name, method, start }) };
}

function creating(path: string, collection: string, idParameter: string, rpc: string): Pattern {
  return starting('POST', `(${path})/${collection}`, rpc, { verb: 'create', creates: { collection, idParameter } });
}

// They are tried in this order: the most frequent ones first, the catch-all last.
const patterns: readonly Pattern[] = [
  simple('GET', `(${operation})`, 'get', 'longrunning.Operations.GetOperation'),
  simple('POST', `(${operation}):cancel`, 'cancel', 'longrunning.Operations.CancelOperation'),
  simple('GET', `(${location})/operations`, 'list', 'longrunning.Operations.ListOperations'),
  simple('DELETE', `(${operation})`, 'delete', 'longrunning.Operations.DeleteOperation'),
  creating(location, 'streams', 'streamId', 'CreateStream'),
  starting('PATCH', `(${stream})`, 'UpdateStream', { verb: 'update' }),
  starting('DELETE', `(${stream})`, 'DeleteStream', { verb: 'delete' }),
  starting('POST', `(${stream}):run`, 'RunStream', { verb: 'run' }),
  creating(location, 'connectionProfiles', 'connectionProfileId', 'CreateConnectionProfile'),
  starting('PATCH', `(${profile})`, 'UpdateConnectionProfile', { verb: 'update' }),
  starting('DELETE', `(${profile})`, 'DeleteConnectionProfile', { verb: 'delete' }),
  creating(location, 'privateConnections', 'privateConnectionId', 'CreatePrivateConnection'),
  starting('DELETE', `(${connection})`, 'DeletePrivateConnection', { verb: 'delete' }),
  creating(connection, 'routes', 'routeId', 'CreateRoute'),
  starting('DELETE', `(${connection}/routes/[^/:]+)`, 'DeleteRoute', { verb: 'delete' }),
  simple('GET', '(projects/[^/]+)/locations', 'listLocations', 'cloud.location.Locations.ListLocations'),
  simple('GET', `(${location})`, 'getLocation', 'cloud.location.Locations.GetLocation'),
  simple('GET', `(${anyResource})`, 'other', 'cloud.datastream.v1.Datastream'),
  simple('POST', `(${anyResource})`, 'other', 'cloud.datastream.v1.Datastream'),
];

/** The route of an HTTP request, or undefined where Datastream has none. `path` is without the query. */
export function routeOf(httpMethod: string, path: string): Route | undefined {
  if (!path.startsWith('/v1/')) return undefined;
  const resource = unescaped(path.slice('/v1/'.length));
  if (resource === undefined) return undefined;
  for (const candidate of patterns) {
    if (candidate.httpMethod !== httpMethod) continue;
    const name = candidate.path.exec(resource)?.[1];
    if (name !== undefined) return candidate.route(name);
  }
  return undefined;
}

/** Undoes escapes, as a domain-scoped project (`example.com%3Aacme`) needs. An escaped slash is no separator. */
function unescaped(path: string): string | undefined {
  if (!path.includes('%')) return path;
  if (/%2f/i.test(path)) return undefined;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
