import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { AuthenticationInfo } from '../caller/authenticate.ts';
import type { Command, Legible } from '../command/read.ts';
import { deliveredId, type Trigger } from '../delivery/delivery.ts';
import { type Headers, headerOf, recordedHeader } from '../delivery/headers.ts';
import { NO_COUNTS } from '../terms/outcome.ts';
import { parentOf, sharedParent } from '../terms/resource-name.ts';
import type { AuditRecord } from './schema.ts';

export type Runtime = AuditRecord['runtime'];

export const NOBODY: AuthenticationInfo = { principalEmail: null, principalSubject: null, verifiedBy: null };

/** What is known of every request when it arrives. */
export type Arrival = {
  headers: Headers;
  remoteAddress: string | undefined;
  trace: string | null;
  runtime: Runtime;
  trigger: Trigger;
  /** Milliseconds since the epoch. */
  now: number;
};

/** The record of a request of which nothing is known but that it came. */
export function recordOf({ headers, remoteAddress, trace, runtime, trigger, now }: Arrival): AuditRecord {
  const auditId = randomUUID();
  return {
    schemaVersion: '1.1',
    auditId,
    requestId: deliveredId(trigger) ?? auditId,
    serviceName: 'datastream.googleapis.com',
    methodName: 'google.longrunning.Operations.CancelOperation',
    resourceName: null,
    location: null,
    outcome: null,
    status: null,
    reason: null,
    validateOnly: false,
    wait: null,
    untilDone: false,
    maxOperations: null,
    authenticationInfo: NOBODY,
    authorizationInfo: { permission: 'datastream.operations.cancel', granted: null, rule: null },
    requestMetadata: {
      callerIp: callerIp(headers, remoteAddress),
      callerSuppliedUserAgent: recordedHeader(headers, 'user-agent', 512),
      trace,
    },
    trigger,
    operationBefore: null,
    operationAfter: null,
    cancelAttempts: 0,
    receiveTime: new Date(now).toISOString(),
    completeTime: null,
    runtime,
    parentAuditId: null,
    select: null,
    counts: null,
    results: null,
  };
}

/** The record with what brought the request, once its body has told. */
export function deliveredBy(record: AuditRecord, trigger: Trigger): AuditRecord {
  return { ...record, trigger, requestId: deliveredId(trigger) ?? record.auditId };
}

/** The record with what the command says. One for many starts out with nothing selected. */
export function commanded(record: AuditRecord, command: Command): AuditRecord {
  const said = { ...spoken(record, command), wait: command.wait.text };
  switch (command.kind) {
    case 'one':
      return { ...said, ...resource(command.name) };
    case 'named':
      return { ...said, ...NO_RESULTS, ...resource(sharedParent(command.names)) };
    case 'selected': {
      const { parent, select, maxOperations } = command;
      const methodName = 'google.longrunning.Operations.ListOperations';
      return { ...said, ...NO_RESULTS, ...resource(parent), methodName, select, maxOperations };
    }
    default:
      return command satisfies never;
  }
}

/** The record with what can be read of a command that is malformed. */
export function commandedInPart(record: AuditRecord, legible: Legible): AuditRecord {
  return { ...spoken(record, legible), wait: legible.wait, ...resource(legible.name ?? legible.parent) };
}

/** The record of one operation of a batch. */
export function recordOfResult(batch: AuditRecord, name: string): AuditRecord {
  return {
    ...batch,
    auditId: randomUUID(),
    parentAuditId: batch.auditId,
    methodName: 'google.longrunning.Operations.CancelOperation',
    ...resource(name),
    maxOperations: null,
    select: null,
    counts: null,
    results: null,
  };
}

/** The record with the rule that decided whether the caller may. */
export function judged(record: AuditRecord, granted: boolean, rule: string): AuditRecord {
  return { ...record, authorizationInfo: { ...record.authorizationInfo, granted, rule } };
}

const NO_RESULTS = { counts: { ...NO_COUNTS }, results: [] };

function spoken(record: AuditRecord, said: Command | Legible): AuditRecord {
  const { reason, validateOnly, untilDone } = said;
  return { ...record, reason, validateOnly, untilDone, requestId: said.requestId ?? record.requestId };
}

function resource(name: string | null): Pick<AuditRecord, 'resourceName' | 'location'> {
  const location = name === null ? undefined : parentOf(name)?.location;
  return { resourceName: name, location: location === undefined || location === '-' ? null : location };
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
