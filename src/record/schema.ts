import * as z from 'zod';
import { OUTCOMES } from '../terms/outcome.ts';
import { CODE_NAMES } from '../terms/status.ts';

/*
 * The audit record: the answer to every POST and the `audit` of every log entry. The build makes api/audit-record.schema.json
 * from this schema; the code takes its types from it. At run time nothing is parsed with it, so the bundle leaves it out.
 * Every field is always there, null where nothing is known, so that it makes stable columns in BigQuery.
 */

const text = (most: number) => z.string().max(most);
const time = z.string().max(64).describe('RFC 3339, UTC');
const count = z.int().nonnegative();

const status = z
  .strictObject({
    code: z.int().min(0).max(16).describe('number of google.rpc.Code'),
    name: z.enum(CODE_NAMES),
    message: text(2048).describe('one sentence that says what to do; empty where the status is OK'),
    reason: text(128).nullable().describe("reason of Datastream's google.rpc.ErrorInfo"),
    fieldViolations: z.array(z.strictObject({ field: text(128), description: text(512) })).max(51),
  })
  .describe('google.rpc.Status');

const operationState = z
  .strictObject({
    done: z.boolean(),
    errorCode: z.int().nullable().describe('code of the google.rpc.Status that the operation ended with'),
    errorMessage: text(1024).nullable(),
    verb: text(64).nullable(),
    target: text(1024).nullable(),
    createTime: time.nullable(),
    endTime: time.nullable(),
    requestedCancellation: z.boolean().describe('somebody asked for the cancellation; not that it is cancelled'),
    statusMessage: text(1024).nullable(),
  })
  .describe('google.longrunning.Operation with its OperationMetadata, as Datastream showed it');

const select = z.strictObject({
  verbs: z.array(text(64)).nullable(),
  target: text(1024).nullable(),
  minAge: text(32).nullable().describe('Duration since createTime'),
});

const counts = z.strictObject({
  CANCELLED: count,
  CANCEL_REQUESTED: count,
  COMPLETED: count,
  FAILED: count,
  ALREADY_DONE: count,
  VALIDATED: count,
  INVALID: count,
  UNAUTHENTICATED: count,
  DENIED: count,
  EXPIRED: count,
  NOT_FOUND: count,
  UNSUPPORTED: count,
  ERROR: count,
  UNKNOWN: count,
});

export const auditRecordSchema = z
  .strictObject({
    schemaVersion: z.literal('1.0'),
    auditId: z.uuid().describe('of this record; the same in its INTENT entry, its RESULT entry and its answer'),
    requestId: text(512).describe('equal on every redelivery of the same message'),
    serviceName: z.literal('datastream.googleapis.com'),
    methodName: z.enum([
      'google.longrunning.Operations.CancelOperation',
      'google.longrunning.Operations.ListOperations',
    ]),
    resourceName: text(512)
      .nullable()
      .describe('the operation, or the parent of a batch; null until known to be valid'),
    location: text(63).nullable(),
    outcome: z
      .enum([...OUTCOMES, 'BATCH'])
      .nullable()
      .describe('null in an INTENT entry only'),
    status: status.nullable().describe('null in an INTENT entry only'),
    reason: text(512).nullable().describe('why, as the caller gave it'),
    validateOnly: z.boolean(),
    authenticationInfo: z.strictObject({
      principalEmail: text(320).nullable(),
      principalSubject: text(256).nullable(),
      verifiedBy: z.enum(['IAM', 'OIDC', 'WEBHOOK_SIGNATURE', 'NONE']).nullable(),
    }),
    authorizationInfo: z.strictObject({
      permission: z.literal('datastream.operations.cancel'),
      granted: z.boolean().nullable().describe('null where it was not judged'),
      rule: text(512).nullable().describe('the entry that allowed it, or the setting that refused it'),
    }),
    requestMetadata: z.strictObject({
      callerIp: text(64).nullable(),
      callerSuppliedUserAgent: text(512).nullable(),
      trace: text(512).nullable().describe('projects/{project}/traces/{trace}'),
    }),
    trigger: z.strictObject({
      type: z.enum(['PUBSUB', 'SCHEDULER', 'WEBHOOK']),
      deliveryId: text(384).nullable(),
      source: text(512).nullable(),
      eventTime: time.nullable(),
      deliveryAttempt: z.int().nullable(),
    }),
    operationBefore: operationState.nullable().describe('before this request did anything; null where it was not read'),
    operationAfter: operationState.nullable().describe('as last seen; null where no cancel was sent'),
    cancelAttempts: count.describe('how many :cancel requests were sent'),
    receiveTime: time,
    completeTime: time.nullable().describe('null in an INTENT entry only'),
    runtime: z.strictObject({
      serviceAccount: text(320).nullable(),
      service: text(128).nullable(),
      revision: text(128).nullable(),
      version: text(32),
    }),
    parentAuditId: z.uuid().nullable().describe('auditId of the batch that this belongs to'),
    select: select.nullable(),
    counts: counts.nullable(),
    get results() {
      return z.array(auditRecordSchema).nullable().describe('null in the log: each has its own entry');
    },
  })
  .describe('Audit record of datastream-operation-cancel');

export type AuditRecord = z.infer<typeof auditRecordSchema>;
export type OperationState = z.infer<typeof operationState>;
export type Counts = z.infer<typeof counts>;
