import * as z from 'zod';
import { rpcCodes } from './errors.ts';

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

/** How an operation comes to its end, `afterMs` (default 0) after what set it off. */
const ending = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cancels'), afterMs: milliseconds.optional(), message: z.string().optional() }),
  z.strictObject({
    kind: z.literal('completes'),
    afterMs: milliseconds.optional(),
    response: z.record(z.string(), z.unknown()).optional(),
  }),
  z.strictObject({
    kind: z.literal('fails'),
    afterMs: milliseconds.optional(),
    code: rpcCode,
    message: z.string().optional(),
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
  onCancel: onCancel.optional(),
  /** Without a cancel the operation runs for ever, unless this says otherwise. */
  endsByItself: ending.optional(),
});

const headers = z.record(z.string(), z.string()).optional();

/**
 * What goes wrong with one request. "Applied" means that Datastream did what was asked, whatever the client got to see:
 * `error`, `status`, `redirect` and `hang` are not applied unless `apply` is true, `resetBefore` never is, the others are.
 */
export const fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('error'), error: rpcError, apply: z.boolean().optional() }),
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
  /** The true answer with another operation's name in it. */
  z.strictObject({ kind: z.literal('otherOperation'), name: z.string().optional() }),
  /** The true status and no body at all. */
  z.strictObject({ kind: z.literal('empty') }),
  /** The true answer behind `bytes` of padding: valid JSON still. */
  z.strictObject({ kind: z.literal('giant'), bytes: z.number().int().min(1).max(1_000_000_000) }),
]);

/** The kinds of requests the emulator tells apart: `token` fetches an access token, `certs` the keys of identity tokens. */
export const requestKinds = [
  'get',
  'list',
  'cancel',
  'delete',
  'start',
  'locations',
  'other',
  'token',
  'metadata',
  'certs',
] as const;

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
export type Fault = Readonly<z.infer<typeof fault>>;
export type RequestKind = (typeof requestKinds)[number];
export type RequestMatch = RequestKind | 'datastream';
export type Quota = Readonly<z.infer<typeof quota>>;
