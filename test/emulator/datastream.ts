import { type Answer, errorAnswer, frontEndAnswer, jsonAnswer, type RpcError } from './errors.ts';
import { invalidArgument, notFound } from './google-errors.ts';
import { endOf, type Operation, type OperationResource, resourceOf, scheduleEnd } from './operation.ts';
import { cancelsOf, type OperationStore } from './operations.ts';
import type { Route } from './routes.ts';
import type { OperationStart } from './schema.ts';

/** What Datastream's methods work on. Times are ms since 1970. */
export type DatastreamContext = {
  readonly store: OperationStore;
  readonly now: () => number;
  readonly location: string;
  readonly defaultPageSize: number;
  /** How an operation behaves that was started over HTTP. */
  readonly started: Pick<OperationStart, 'onCancel' | 'endsByItself'>;
};

/** The largest page that ListOperations gives, whatever was asked for. */
const maxPageSize = 1000;

/** Does what `route` asks for and gives Datastream's answer. `query` is the part of the URL behind `?`, `body` the text sent. */
export function applyRoute(context: DatastreamContext, route: Route, query: string, body: string): Answer {
  switch (route.kind) {
    case 'get':
      return withOperation(context, route.name, (operation) => jsonAnswer(resourceOf(operation, context.now())));
    case 'cancel':
      return withOperation(context, route.name, (operation) => cancel(operation, context.now(), body));
    case 'delete':
      return context.store.remove(route.name) ? jsonAnswer({}) : errorAnswer(notFound(route.name));
    case 'list':
      return list(context, route.name, new URLSearchParams(query));
    case 'start':
      return start(context, route, new URLSearchParams(query));
    case 'listLocations':
      return jsonAnswer({ locations: [locationResource(`${route.name}/locations/${context.location}`)] });
    case 'getLocation':
      return jsonAnswer(locationResource(route.name));
    case 'other':
      return errorAnswer({
        code: 'UNIMPLEMENTED',
        message: 'The emulator has operations and what starts them, nothing else.',
      });
  }
}

/** What Google's front end answers to a path that Datastream does not have. */
export function unknownPath(path: string): Answer {
  return frontEndAnswer(
    404,
    `The requested URL <code>${path.replace(/[<>&]/g, '')}</code> was not found on this server.`,
  );
}

function withOperation({ store }: DatastreamContext, name: string, use: (operation: Operation) => Answer): Answer {
  const operation = store.find(name);
  return operation === undefined ? errorAnswer(notFound(name)) : use(operation);
}

function cancel(operation: Operation, now: number, body: string): Answer {
  const error = problemOfBody(body) ?? refusal(operation, now);
  cancelsOf(operation)[error === undefined ? 'applied' : 'refused'].push(now);
  if (error !== undefined) return errorAnswer(error);
  operation.requestedCancellation = true;
  const { onCancel } = operation;
  if (onCancel.kind !== 'neverEnds' && onCancel.kind !== 'refuses') scheduleEnd(operation, onCancel, now);
  return jsonAnswer({});
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

function list(context: DatastreamContext, parent: string, query: URLSearchParams): Answer {
  const asked = Number(query.get('pageSize') ?? 0);
  if (!Number.isInteger(asked) || asked < 0) {
    return errorAnswer(
      invalidArgument('The page size must be a whole number from 0.', { page_size: 'not a page size' }),
    );
  }
  const after = sequenceOf(query.get('pageToken') ?? '', parent);
  if (after === undefined) {
    return errorAnswer(invalidArgument('The page token is not one of this list.', { page_token: 'not a page token' }));
  }
  const size = asked === 0 ? context.defaultPageSize : Math.min(asked, maxPageSize);
  const { operations, more } = context.store.page(parent, after, size);
  const last = operations.at(-1);
  const now = context.now();
  return jsonAnswer({
    // Google leaves empty lists and empty tokens out of its JSON.
    ...(last === undefined
      ? {}
      : { operations: operations.map((operation): OperationResource => resourceOf(operation, now)) }),
    ...(more && last !== undefined ? { nextPageToken: pageToken(last.sequence, parent) } : {}),
  });
}

/** A token names the last operation of its page, so that what is deleted meanwhile makes no later one slip through. */
function pageToken(sequence: number, parent: string): string {
  return Buffer.from(`${sequence} ${parent}`).toString('base64url');
}

function sequenceOf(token: string, parent: string): number | undefined {
  if (token === '') return 0;
  const [sequence = '', ofParent] = Buffer.from(token, 'base64url').toString().split(' ');
  return ofParent === parent && /^\d+$/.test(sequence) ? Number(sequence) : undefined;
}

function start(context: DatastreamContext, route: Route & { kind: 'start' }, query: URLSearchParams): Answer {
  const target = targetOf(route, query);
  if (typeof target !== 'string') return errorAnswer(target);
  const [, project = '', , location = ''] = route.name.split('/');
  const operation = context.store.start({ ...context.started, project, location, verb: route.start.verb, target });
  return jsonAnswer(resourceOf(operation, context.now()));
}

function targetOf({ name, start: { creates } }: Route & { kind: 'start' }, query: URLSearchParams): string | RpcError {
  if (creates === undefined) return name;
  const id = query.get(creates.idParameter);
  return id === null || id === ''
    ? invalidArgument(`The query parameter ${creates.idParameter} is missing.`, { [creates.idParameter]: 'required' })
    : `${name}/${creates.collection}/${id}`;
}

function locationResource(name: string): { name: string; locationId: string } {
  return { name, locationId: name.split('/').at(-1) ?? '' };
}
