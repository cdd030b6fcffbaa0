import * as z from 'zod';
import { errorForms, rpcCodes } from './errors.ts';

// What a test passes to the emulator and what a stranger posts to its control surface are the same thing, so one
// schema types the first and checks the second.

const rpcCode = z.enum(rpcCodes).exclude(['OK']);
const milliseconds = z.number().int().min(0).max(86_400_000);

const rpcError = z.strictObject({
  code: rpcCode,
  message: z.string().optional(),
  reason: z.string().optional(),
  domain: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  retryDelay: z.string().optional(),
  retryAfter: z.string().optional(),
  details: z.array(z.unknown()).readonly().optional(),
});

/** Datastream's own account of what it checked, `{"validations": [{"code", "state", "description", "message": […]}]}`. */
const validationResult = z.record(z.string(), z.unknown()).optional();

/** When an operation ends, in ms after what set that off (default 0), and what its metadata show from then on. */
const end = { afterMs: milliseconds.optional(), validationResult };

/** How an operation comes to its end. */
const ending = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cancels'), ...end, message: z.string().optional() }),
  z.strictObject({
    kind: z.literal('completes'),
    ...end,
    response: z.record(z.string(), z.unknown()).optional(),
    /** Blows the response up by so many bytes: a Stream with all of its tables is no small thing. */
    responseBytes: z.number().int().min(0).max(100_000_000).optional(),
  }),
  z.strictObject({
    kind: z.literal('fails'),
    ...end,
    code: rpcCode,
    message: z.string().optional(),
    details: z.array(z.unknown()).readonly().optional(),
  }),
  /** With a google.rpc.Status that is shown as it stands here, whatever it lacks. */
  z.strictObject({
    kind: z.literal('endsWith'),
    ...end,
    error: z.strictObject({
      code: z.number().int().optional(),
      message: z.string().optional(),
      details: z.array(z.unknown()).readonly().optional(),
    }),
  }),
]);

/** What a cancel does: ends the operation, is taken and never comes to anything, or is refused. */
const onCancel = z.discriminatedUnion('kind', [
  ...ending.options,
  z.strictObject({ kind: z.literal('neverEnds') }),
  /** `becomes` is what happens to the operation behind the refusal; without it, it goes on. */
  z.strictObject({ kind: z.literal('refuses'), error: rpcError, becomes: ending.optional() }),
]);

const segment = z.string().regex(/^[^/\s?#%]+$/, 'must be one segment of a resource name');

/** An operation to start. Whatever is left out is filled in: a running stream creation that a cancel ends at once. */
export const operationStart = z.strictObject({
  id: segment.optional(),
  project: segment.optional(),
  location: segment.optional(),
  verb: z.string().optional(),
  target: z.string().optional(),
  createTime: z.iso.datetime({ error: 'must be a UTC timestamp such as 2026-11-22T10:15:00.000000000Z' }).optional(),
  statusMessage: z.string().optional(),
  requestedCancellation: z.boolean().optional(),
  validationResult,
  onCancel: onCancel.optional(),
  /** Without a cancel the operation runs for ever, unless this says otherwise. */
  endsByItself: ending.optional(),
});

const headers = z.record(z.string(), z.string()).optional();

/** How a kept connection dies: nobody reads or answers any more and nothing tells so, or the next byte is answered with RST. */
export const dropped = z.enum(['silently', 'reset']);

/**
 * What goes wrong with one request. "Applied" means that Datastream did what was asked, whatever the client got to see:
 * `error`, `status`, `redirect` and `hang` are not applied unless `apply` is true, `resetBefore` and `switchesProtocols` never
 * are, the others are.
 */
export const fault = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('error'),
    error: rpcError,
    form: z.enum(errorForms).optional(),
    apply: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('status'),
    status: z.number().int().min(200).max(599),
    headers,
    body: z.string().optional(),
    apply: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('redirect'),
    location: z.string(),
    status: z.number().int().min(300).max(399).optional(),
  }),
  z.strictObject({ kind: z.literal('resetBefore') }),
  z.strictObject({ kind: z.literal('resetAfter') }),
  z.strictObject({ kind: z.literal('hang'), apply: z.boolean().optional() }),
  /** `beforeMs` passes before the request is applied, `afterMs` between that and the answer. */
  z.strictObject({ kind: z.literal('slow'), beforeMs: milliseconds.optional(), afterMs: milliseconds.optional() }),
  /** Sends `bytes` (default: half) of the answer that Content-Length announced, then breaks the connection. */
  z.strictObject({ kind: z.literal('cutOff'), bytes: z.number().int().min(0).optional() }),
  /** A `101 Switching Protocols` that nobody asked for, and silence behind it. */
  z.strictObject({ kind: z.literal('switchesProtocols') }),
  /** The true answer, and then the connection dies as `dropIdleConnections` lets one die. */
  z.strictObject({ kind: z.literal('lastAnswer'), dropped }),
  /** The true answer with these fields set, and those left out. */
  z.strictObject({
    kind: z.literal('altered'),
    with: z.record(z.string(), z.unknown()).optional(),
    without: z.array(z.string()).readonly().optional(),
  }),
  /** The true answer with another operation's name in it. */
  z.strictObject({ kind: z.literal('otherOperation'), name: z.string().optional() }),
  /** The true status and no body at all. */
  z.strictObject({ kind: z.literal('empty') }),
  /** The true answer behind `bytes` of padding: valid JSON still. */
  z.strictObject({ kind: z.literal('giant'), bytes: z.number().int().min(1).max(1_000_000_000) }),
  /** A list of operations that is not what it should be; other requests are answered truly. */
  z.strictObject({
    kind: z.literal('list'),
    /** Places that could not be read; true stands for the parent that was asked for. */
    unreachable: z.union([z.literal(true), z.array(z.string()).min(1).readonly()]).optional(),
    /** At most so many on a page, however many were asked for. */
    pageSize: z.number().int().min(1).max(1000).optional(),
    /** Behind the last page comes the first one again, or empty pages for ever, or pages of operations for ever. */
    afterLastPage: z.enum(['first', 'emptyPages', 'morePages']).optional(),
  }),
]);

/** The kinds of requests the emulator tells apart: `token` fetches an access token, `certs` the keys of identity tokens. */
export const requestKinds = [
  'get',
  'list',
  'cancel',
  'delete',
  'start',
  'listLocations',
  'getLocation',
  'other',
  'token',
  'metadata',
  'certs',
] as const;

export function ofMetadataServer(kind: RequestKind): boolean {
  return kind === 'token' || kind === 'metadata';
}

const requestMatches = [...requestKinds, 'datastream'] as const;
const requestMatch = z.enum(requestMatches);

export const faultRule = z.strictObject({
  /** `datastream` stands for all of Datastream's API, `metadata` for all of the metadata server, tokens included. */
  on: z
    .union([requestMatch, z.array(requestMatch).min(1).readonly()], {
      error: `must be one of ${requestMatches.join(', ')}, or a list of them`,
    })
    .optional(),
  /** Only requests about this resource: an operation's full name, or the parent of a list. */
  name: z.string().optional(),
  /** How often the fault strikes; without it, always. */
  times: z.number().int().min(1).optional(),
  fault,
});

/** Calls allowed within a window that slides: 1,200 in 60,000 ms is Datastream's own; a shorter window compresses time. */
export const quota = z.strictObject({
  limit: z.number().int().min(1).max(1_000_000),
  windowMs: z.number().min(1).max(3_600_000),
  /** Where a refusal says how long to wait: RetryInfo in the body, the Retry-After header, both, or (default) neither. */
  hint: z.enum(['details', 'header', 'both', 'none']).optional(),
});

export type Ending = Readonly<z.infer<typeof ending>>;
export type OnCancel = Readonly<z.infer<typeof onCancel>>;
export type OperationStart = Readonly<z.infer<typeof operationStart>>;
/** How an idle connection is dropped. */
export type Dropped = z.infer<typeof dropped>;
export type Fault = Readonly<z.infer<typeof fault>>;
export type RequestKind = (typeof requestKinds)[number];
export type RequestMatch = RequestKind | 'datastream';
export type Quota = Readonly<z.infer<typeof quota>>;
