import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { Command, Legible } from '../command/read.ts';
import type { Trigger } from '../delivery/delivery.ts';
import { type Headers, headerOf, recordedHeader } from '../delivery/headers.ts';
import type { Clock } from '../terms/clock.ts';
import { parentOf } from '../terms/resource-name.ts';
import type { AuditRecord, Counts } from './schema.ts';

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

/** The record with as whom the function runs, and its trace, which is named after the function's project. */
export function withIdentity(record: AuditRecord, serviceAccount: string | null, trace: string | null): AuditRecord {
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

/**
 * The address of the caller: the last entry of `X-Forwarded-For`, which Google's front end adds. Those before it are
 * whatever the caller sent.
 */
function callerIp(headers: Headers, remoteAddress: string | undefined): string | null {
  const forwarded = headerOf(headers, 'x-forwarded-for')?.split(',').at(-1)?.trim();
  if (forwarded !== undefined && isIP(forwarded) !== 0 && !hasZone(forwarded)) return forwarded;
  const peer = remoteAddress?.replace(/^::ffff:/, '');
  return peer === undefined || hasZone(peer) ? null : peer;
}

/** Whether an address has a zone, which means nothing beyond its host and may be of any length. */
function hasZone(address: string): boolean {
  return address.includes('%');
}

/** How many records have each outcome. */
export function countsOf(results: readonly AuditRecord[]): Counts {
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
  for (const { outcome } of results) if (outcome !== null && outcome !== 'BATCH') counts[outcome] += 1;
  return counts;
}
