import type { IncomingMessage } from 'node:http';
import type { Admission } from './admission.ts';
import { type Answer, errorAnswer, frontEndAnswer, jsonAnswer, type RpcError } from './errors.ts';
import { answerShapes, selected, selectionOf } from './fields.ts';
import { invalidArgument, locationDenied, notFound } from './google-errors.ts';
import { cancelsOf, endOf, type Operation, type OperationStore, resourceOf, scheduleEnd } from './operations.ts';
import type { Surface } from './requests.ts';
import { type Route, routeOf } from './routes.ts';
import type { Fault, OperationStart } from './schema.ts';

/** What Datastream's methods work on. Times are ms since 1970. */
export type DatastreamContext = {
  readonly store: OperationStore;
  readonly admission: Admission;
  readonly now: () => number;
  readonly projectId: string;
  readonly projectNumber: string;
  readonly location: string;
  /** Where operations may be, or undefined for anywhere. */
  readonly locations: readonly string[] | undefined;
  readonly defaultPageSize: number;
  /** How an operation behaves that was started over HTTP. */
  readonly started: Pick<OperationStart, 'onCancel' | 'endsByItself'>;
};

/** What a method brings: the message that is its response, or an error. */
type Result = { readonly value: object } | { readonly error: RpcError };

/** The largest page of a list, whatever was asked for. */
const maxPageSize = 1000;

/** Datastream's REST API. The project's number in a name is as good as its id, as it is at Google. */
export function datastreamSurface(context: DatastreamContext): Surface {
  const byNumber = `/v1/projects/${context.projectNumber}/`;
  const byId = `/v1/projects/${context.projectId}/`;
  return (request, path, search) => {
    const route = routeOf(request.method ?? '', path.startsWith(byNumber) ? byId + path.slice(byNumber.length) : path);
    if (route === undefined) return { kind: 'other', name: null, apply: () => unknownPath(path) };
    return {
      kind: route.kind,
      name: route.name,
      ...(route.kind === 'cancel' ? { arrived: () => countCancel(context, route.name) } : {}),
      apply: (body, fault) =>
        lengthProblem(request) ??
        context.admission.check(request.headers.authorization, route.method) ??
        respond(context, route, new URLSearchParams(search), body, fault),
    };
  };
}

/** What Google's front end answers to a path that Datastream does not have. */
export function unknownPath(path: string): Answer {
  const shown = path.replace(/[<>&]/g, '');
  return frontEndAnswer(404, `The requested URL <code>${shown}</code> was not found on this server.`);
}

function countCancel({ store, now }: DatastreamContext, name: string): void {
  const operation = store.find(name);
  if (operation !== undefined) cancelsOf(operation).arrived.push(now());
}

/** Google's front end refuses a POST that does not say how long it is, even an empty one. */
function lengthProblem({ method, headers }: IncomingMessage): Answer | undefined {
  const unknown = headers['content-length'] === undefined && headers['transfer-encoding'] === undefined;
  return (method === 'POST' || method === 'PATCH') && unknown
    ? frontEndAnswer(411, `${method} requests require a <code>Content-length</code> header.`)
    : undefined;
}

/** Google reads `fields` first, then looks whether there is such a location, and only then asks Datastream. */
function respond(
  context: DatastreamContext,
  route: Route,
  query: URLSearchParams,
  body: string,
  fault: Fault | undefined,
): Answer {
  const fields = query.get('fields') ?? '';
  const parsed = fields === '' ? { selection: 'whole' as const } : selectionOf(fields, answerShapes[route.kind]);
  if ('error' in parsed) return errorAnswer(parsed.error);
  const error = problemOfLocation(context, route);
  const result = error === undefined ? perform(context, route, query, body, fault) : { error };
  return 'error' in result ? errorAnswer(result.error) : jsonAnswer(selected(result.value, parsed.selection));
}

function problemOfLocation({ locations }: DatastreamContext, { kind, name }: Route): RpcError | undefined {
  const [projects, project, word, location] = name.split('/');
  if (location === undefined) return undefined;
  // Other services of Google's list all locations by this; Datastream does not document it.
  if (location === '-' && kind === 'list') return invalidArgument("Location '-' is not supported by ListOperations.");
  return locations === undefined || locations.includes(location)
    ? undefined
    : locationDenied([projects, project, word, location].join('/'));
}

function perform(
  context: DatastreamContext,
  route: Route,
  query: URLSearchParams,
  body: string,
  fault: Fault | undefined,
): Result {
  const { store, now } = context;
  switch (route.kind) {
    case 'get':
      return withOperation(store, route.name, (operation) => ({ value: resourceOf(operation, now()) }));
    case 'cancel':
      return withOperation(store, route.name, (operation) => cancel(operation, now(), body));
    case 'delete':
      return store.remove(route.name) ? { value: {} } : { error: notFound(route.name) };
    case 'list':
      return list(context, route.name, query, fault?.kind === 'list' ? fault : {});
    case 'start':
      return start(context, route, query);
    case 'listLocations':
      return listLocations(context, route.name, query);
    case 'getLocation':
      return { value: locationResource(route.name) };
    case 'other':
      return {
        error: { code: 'UNIMPLEMENTED', message: 'The emulator has operations and what starts them, nothing else.' },
      };
  }
}

function withOperation(store: OperationStore, name: string, use: (operation: Operation) => Result): Result {
  const operation = store.find(name);
  return operation === undefined ? { error: notFound(name) } : use(operation);
}

function cancel(operation: Operation, now: number, body: string): Result {
  const error = problemOfBody(body) ?? refusal(operation, now);
  cancelsOf(operation)[error === undefined ? 'applied' : 'refused'].push(now);
  if (error !== undefined) return { error };
  operation.requestedCancellation = true;
  const { onCancel } = operation;
  if (onCancel.kind !== 'neverEnds' && onCancel.kind !== 'refuses') scheduleEnd(operation, onCancel, now);
  return { value: {} };
}

/** CancelOperationRequest has no field but the name, which stands in the path. */
function problemOfBody(body: string): RpcError | undefined {
  return /^\s*(\{\s*\}\s*)?$/.test(body)
    ? undefined
    : invalidArgument('Invalid JSON payload received. The body of a cancel is empty or an empty object.');
}

function refusal(operation: Operation, now: number): RpcError | undefined {
  if (endOf(operation, now) !== undefined) {
    return {
      code: 'FAILED_PRECONDITION',
      message: `The operation '${operation.name}' is done and cannot be cancelled.`,
    };
  }
  if (operation.onCancel.kind !== 'refuses') return undefined;
  if (operation.onCancel.becomes !== undefined) scheduleEnd(operation, operation.onCancel.becomes, now);
  return operation.onCancel.error;
}

type ListFault = Partial<Omit<Fault & { readonly kind: 'list' }, 'kind'>>;

function list(context: DatastreamContext, parent: string, query: URLSearchParams, fault: ListFault): Result {
  const { store, now } = context;
  const asked = pageAsked(query, parent, context.defaultPageSize);
  if ('error' in asked) return asked;
  const { after } = asked;
  const size = Math.min(asked.size, fault.pageSize ?? maxPageSize);
  if (fault.afterLastPage === 'morePages') startMoreThan(size, context, parent, after);
  const { operations, more } = store.page(parent, after, size);
  const last = operations.at(-1)?.sequence ?? after;
  const next = more ? last : afterLastPage(fault, last);
  const unreachable = fault.unreachable === true ? [parent] : fault.unreachable;
  return {
    value: {
      // Google leaves empty lists and empty tokens out of its JSON.
      ...(operations.length > 0 && { operations: operations.map((operation) => resourceOf(operation, now())) }),
      ...(next !== undefined && { nextPageToken: pageToken(next, parent) }),
      ...(unreachable && { unreachable }),
    },
  };
}

function afterLastPage({ afterLastPage }: ListFault, last: number): number | undefined {
  if (afterLastPage === 'first') return 0;
  return afterLastPage === 'emptyPages' ? last + 1 : undefined;
}

/** A list never ends where others start operations as fast as it is read. */
function startMoreThan(size: number, { store, started }: DatastreamContext, parent: string, after: number): void {
  const [, project = '', , location = ''] = parent.split('/');
  for (let left = store.page(parent, after, size).operations.length; left <= size; left += 1) {
    store.start({ ...started, project, location });
  }
}

function listLocations(context: DatastreamContext, project: string, query: URLSearchParams): Result {
  const asked = pageAsked(query, project, context.defaultPageSize);
  if ('error' in asked) return asked;
  const all = locationsOf(context, project);
  const end = asked.after + asked.size;
  return {
    value: {
      locations: all.slice(asked.after, end).map((id) => locationResource(`${project}/locations/${id}`)),
      ...(end < all.length && { nextPageToken: pageToken(end, project) }),
    },
  };
}

/** Those of the options, or else a few and every other one in which there are operations. */
function locationsOf({ store, location, locations }: DatastreamContext, project: string): readonly string[] {
  if (locations !== undefined) return locations;
  const within = `${project}/locations/`;
  const used = [...store.parents()].filter((parent) => parent.startsWith(within));
  return [...new Set([location, 'europe-west3', ...used.map((parent) => parent.slice(within.length))])];
}

function locationResource(name: string): { name: string; locationId: string } {
  return { name, locationId: name.split('/').at(-1) ?? '' };
}

/** Which page is wanted: how many, and what they come after. */
function pageAsked(
  query: URLSearchParams,
  parent: string,
  defaultSize: number,
): { readonly size: number; readonly after: number } | { readonly error: RpcError } {
  const asked = Number(query.get('pageSize') ?? 0);
  if (!Number.isInteger(asked) || asked < 0) {
    return { error: invalidArgument('The page size must be a whole number from 0.', { page_size: 'not a page size' }) };
  }
  const after = placeOf(query.get('pageToken') ?? '', parent);
  if (after === undefined) {
    return { error: invalidArgument('The page token is not one of this list.', { page_token: 'not a page token' }) };
  }
  return { size: asked === 0 ? defaultSize : Math.min(asked, maxPageSize), after };
}

/** A token names the last operation of its page, so that what is deleted meanwhile makes no later one slip through. */
function pageToken(after: number, parent: string): string {
  return Buffer.from(`${after} ${parent}`).toString('base64url');
}

function placeOf(token: string, parent: string): number | undefined {
  if (token === '') return 0;
  const [after = '', ofParent] = Buffer.from(token, 'base64url').toString().split(' ');
  return ofParent === parent && /^\d+$/.test(after) ? Number(after) : undefined;
}

function start(context: DatastreamContext, route: Route & { kind: 'start' }, query: URLSearchParams): Result {
  const target = targetOf(route, query);
  if (typeof target !== 'string') return { error: target };
  const [, project = '', , location = ''] = route.name.split('/');
  const operation = context.store.start({ ...context.started, project, location, verb: route.start.verb, target });
  return { value: resourceOf(operation, context.now()) };
}

function targetOf({ name, start: { creates } }: Route & { kind: 'start' }, query: URLSearchParams): string | RpcError {
  if (creates === undefined) return name;
  const id = query.get(creates.idParameter);
  return id === null || id === ''
    ? invalidArgument(`The query parameter ${creates.idParameter} is missing.`, { [creates.idParameter]: 'required' })
    : `${name}/${creates.collection}/${id}`;
}
