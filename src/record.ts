import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { AuditRecord, Counts } from './audit-record.ts';
import type { Finding } from './cancellation.ts';
import type { Clock } from './clock.ts';
import type { Command, Legible } from './command.ts';
import type { Identity } from './google/identity.ts';
import { type Headers, headerOf, recordedHeader } from './headers.ts';
import { Refusal } from './refusal.ts';
import { parentOf } from './resource-name.ts';
import { type Status, statusOf } from './status.ts';
import type { Trigger } from './trigger/delivery.ts';

/** A record that is finished, and what only its answer needs to know. */
export type Report = {
  record: ConcludedRecord;
  /** Milliseconds before which Datastream does not want to be asked again, null where it did not say. */
  retryAfter: number | null;
  /** The payload was larger than allowed. */
  tooLarge: boolean;
};

export type ConcludedRecord = AuditRecord & {
  outcome: NonNullable<AuditRecord['outcome']>;
  status: Status;
  completeTime: string;
};

/** The function's own place, of what the environment tells. */
export type Runtime = { service: string | null; revision: string | null; version: string };

/** A record in which nothing is known yet but that a request came. */
export function newRecord(
  headers: Headers,
  remoteAddress: string | undefined,
  runtime: Runtime,
  clock: Clock,
): AuditRecord {
  const auditId = randomUUID();
  return {
    schemaVersion: '1.0',
    auditId,
    requestId: auditId,
    serviceName: 'datastream.googleapis.com',
    methodName: 'google.longrunning.Operations.CancelOperation',
    resourceName: null,
    location: null,
    outcome: null,
    status: null,
    reason: null,
    validateOnly: false,
    authenticationInfo: { principalEmail: null, principalSubject: null, verifiedBy: null },
    authorizationInfo: { permission: 'datastream.operations.cancel', granted: null, rule: null },
    requestMetadata: {
      callerIp: callerIp(headers, remoteAddress),
      callerSuppliedUserAgent: recordedHeader(headers, 'user-agent', 512),
      trace: null,
    },
    trigger: { type: 'WEBHOOK', deliveryId: null, source: null, eventTime: null, deliveryAttempt: null },
    operationBefore: null,
    operationAfter: null,
    cancelAttempts: 0,
    receiveTime: new Date(clock.now()).toISOString(),
    completeTime: null,
    runtime: { serviceAccount: null, ...runtime },
    parentAuditId: null,
    select: null,
    counts: null,
    results: null,
  };
}

/** The record with what is known of the function itself and of the trace, which is named after the project. */
export function withIdentity(record: AuditRecord, identity: Identity, traceId: string | undefined): AuditRecord {
  const { projectId, serviceAccount } = identity;
  const trace = projectId === null || traceId === undefined ? null : `projects/${projectId}/traces/${traceId}`;
  return {
    ...record,
    requestMetadata: { ...record.requestMetadata, trace },
    runtime: { ...record.runtime, serviceAccount },
  };
}

/** The record with who brought the request. */
export function withTrigger(record: AuditRecord, trigger: Trigger): AuditRecord {
  const requestId =
    trigger.deliveryId === null ? record.auditId : `${trigger.type.toLowerCase()}:${trigger.deliveryId}`;
  return { ...record, trigger, requestId };
}

/** The record with what can be read of a command that is malformed. */
export function withLegible(record: AuditRecord, { name, reason, requestId, validateOnly }: Legible): AuditRecord {
  return { ...withResource(record, name), reason, validateOnly, requestId: requestId ?? record.requestId };
}

/** The record with what the command says. One for many starts out with nothing selected. */
export function withCommand(record: AuditRecord, command: Command): AuditRecord {
  const { kind, reason, validateOnly } = command;
  const said = { reason, validateOnly, requestId: command.requestId ?? record.requestId };
  if (kind === 'one') return { ...withResource(record, command.name), ...said };
  return {
    ...withResource(record, command.parent),
    ...said,
    methodName: 'google.longrunning.Operations.ListOperations',
    select: command.select,
    counts: countsOf([]),
    results: [],
  };
}

function withResource(record: AuditRecord, name: string | null): AuditRecord {
  return { ...record, resourceName: name, location: name === null ? null : (parentOf(name)?.location ?? null) };
}

/** The record with the rule that allowed the request. */
export function withPermission(record: AuditRecord, rule: string): AuditRecord {
  return { ...record, authorizationInfo: { ...record.authorizationInfo, granted: true, rule } };
}

/** What a record is finished with: a finding, or the part of one that there is. */
type Conclusion = { outcome: ConcludedRecord['outcome']; status: Status } & Partial<
  Omit<Finding, 'outcome' | 'status'>
>;

/** Finishes a record with what became of the operation. */
export function conclude(record: AuditRecord, conclusion: Conclusion, clock: Clock): Report {
  const { retryAfter = null, ...found } = conclusion;
  return {
    record: { ...record, ...found, completeTime: new Date(clock.now()).toISOString() },
    retryAfter,
    tooLarge: false,
  };
}

/** Finishes a record with the refusal that ended the request. Any other error is a fault of ours, and is not shown. */
export function refuse(record: AuditRecord, error: unknown, clock: Clock): Report {
  if (!(error instanceof Refusal)) {
    const status = statusOf(
      'INTERNAL',
      'This function failed; send the request again, and report it if that does not help.',
    );
    return conclude(record, { outcome: 'ERROR', status }, clock);
  }
  const { outcome, status } = error;
  const { rule, tooLarge = false } = error.details;
  const { authorizationInfo } = record;
  const judged = rule === undefined ? authorizationInfo : { ...authorizationInfo, granted: false, rule };
  return { ...conclude({ ...record, authorizationInfo: judged }, { outcome, status }, clock), tooLarge };
}

/**
 * The address of the caller: the last entry of `X-Forwarded-For`, which Google's front end adds. Those before it are
 * whatever the caller sent.
 */
function callerIp(headers: Headers, remoteAddress: string | undefined): string | null {
  const forwarded = headerOf(headers, 'x-forwarded-for')?.split(',').at(-1)?.trim();
  const peer = remoteAddress?.replace(/^::ffff:/, '');
  return [forwarded, peer].find((address) => address !== undefined && isAddress(address)) ?? null;
}

/** An address without a zone, which means nothing beyond a host and may be of any length. */
function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%');
}

/** How many records have each outcome. */
export function countsOf(results: readonly ConcludedRecord[]): Counts {
  const counts: Counts = {
    CANCELLED: 0,
    CANCEL_REQUESTED: 0,
    COMPLETED: 0,
    FAILED: 0,
    ALREADY_DONE: 0,
    VALIDATED: 0,
    INVALID: 0,
    UNAUTHENTICATED: 0,
    DENIED: 0,
    EXPIRED: 0,
    NOT_FOUND: 0,
    UNSUPPORTED: 0,
    ERROR: 0,
    UNKNOWN: 0,
  };
  for (const { outcome } of results) if (outcome !== 'BATCH') counts[outcome] += 1;
  return counts;
}
