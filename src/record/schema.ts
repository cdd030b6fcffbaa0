import * as z from 'zod';
import type { AuthenticationInfo } from '../caller/authenticate.ts';
import type { Trigger } from '../delivery/delivery.ts';
import type { OperationState } from '../google/operation.ts';
import { NO_COUNTS, OUTCOMES, type Counts } from '../terms/outcome.ts';
import { CODE_NAMES, type Status } from '../terms/status.ts';

/*
 * The audit record: the answer to every POST and the `audit` of every log entry. The build makes
 * api/audit-record.schema.json from this schema; the code takes its types from it. At run time nothing is parsed with it, so
 * the bundle leaves it out. Every field is always there, null where nothing is known, so that it makes stable columns in
 * BigQuery.
 */

const text = (most: number) => z.string().max(most);
const time = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/)
  .describe('A time, RFC 3339 in UTC.');
const id = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
const count = z.int().nonnegative();

const status: z.ZodType<Status> = z
  .strictObject({
    code: z.int().min(0).max(16).describe('Number of google.rpc.Code.'),
    name: z.enum(CODE_NAMES).describe('Name of google.rpc.Code.'),
    message: text(2048).describe('What happened and what to do about it; empty where the status is OK.'),
    reason: text(128)
      .nullable()
      .describe('A stable reason, of google.rpc.ErrorInfo where Datastream gave one, else of this function.'),
    domain: text(256)
      .nullable()
      .describe('Whose reason it is: datastream-operation-cancel, or that of the ErrorInfo, such as googleapis.com.'),
    fieldViolations: z
      .array(
        z.strictObject({
          field: text(128).describe('Path of the field, empty for the payload as a whole.'),
          description: text(512).describe('What would be right.'),
        }),
      )
      .max(51)
      .describe('Everything that is wrong with a malformed request (google.rpc.BadRequest).'),
  })
  .describe('google.rpc.Status of the request.');

const validation = z.strictObject({
  code: text(128).nullable().describe('Code of the validation.'),
  state: text(32).describe('FAILED or WARNING.'),
  description: text(256).nullable().describe('What was validated.'),
  messages: z.array(text(256)).max(5).describe('What it found.'),
});

const operationState: z.ZodType<OperationState> = z
  .strictObject({
    done: z.boolean().describe('Whether the operation has ended.'),
    errorCode: z
      .int()
      .nullable()
      .describe('Code of the google.rpc.Status that the operation ended with, 1 where it was cancelled; null without an error.'),
    errorMessage: text(1024).nullable().describe('Message of that status, or of its details where it has none.'),
    verb: text(64).nullable().describe('What the operation does, such as create.'),
    target: text(1024).nullable().describe('Name of the resource that it works on.'),
    createTime: time.nullable().describe('When it was created, RFC 3339 in UTC.'),
    endTime: time.nullable().describe('When it ended, RFC 3339 in UTC.'),
    requestedCancellation: z.boolean().describe('Somebody asked for the cancellation; not that it is cancelled.'),
    statusMessage: text(1024).nullable().describe('What the operation says of itself.'),
    errorReason: text(128).nullable().describe('Reason of the google.rpc.ErrorInfo that the operation ended with.'),
    validations: z.array(validation).max(10).describe('Validations of the operation that failed or warned.'),
  })
  .describe('google.longrunning.Operation with its OperationMetadata, as Datastream showed it.');

const select = z
  .strictObject({
    verbs: z.array(text(64)).nullable().describe('Verbs, any of which the operation has.'),
    target: text(1024).nullable().describe('Pattern of the resource that the operation works on.'),
    minAge: text(32).nullable().describe('Duration since its createTime.'),
  })
  .describe('Which operations of the parent were meant.');

const isOutcome = (name: string): name is keyof Counts => Object.hasOwn(OUTCOMES, name);

const counts: z.ZodType<Counts> = z.record(z.enum(Object.keys(NO_COUNTS).filter(isOutcome)), count);

const authenticationInfo: z.ZodType<AuthenticationInfo> = z
  .strictObject({
    principalEmail: text(320).nullable().describe('Email of the caller.'),
    principalSubject: text(256).nullable().describe('Subject of its token, or the name of the secret that signed.'),
    verifiedBy: z
      .enum(['IAM', 'OIDC', 'WEBHOOK_SIGNATURE', 'NONE'])
      .nullable()
      .describe('What proved it: Cloud Run, a Google-signed token, a signature, or nothing off Cloud Run.'),
  })
  .describe('Who asked.');

const trigger: z.ZodType<Trigger> = z
  .strictObject({
    type: z.enum(['PUBSUB', 'SCHEDULER', 'WEBHOOK']).describe('What kind of caller brought the command.'),
    deliveryId: text(384).nullable().describe('Message id, job with schedule time, or webhook id.'),
    source: text(512).nullable().describe('Subscription, event source or job, as the delivery says of itself.'),
    eventTime: time.nullable().describe('When the message was published or the job was due.'),
    deliveryAttempt: z.int().nullable().describe('Which delivery this is, where Pub/Sub counts them.'),
  })
  .describe('What brought the command.');

export const auditRecordSchema = z
  .strictObject({
    schemaVersion: z.literal('1.1').describe('Edition of this schema.'),
    auditId: id.describe('Of this record; the same in its INTENT entry, its RESULT entry and its answer.'),
    requestId: text(512).describe('Equal on every redelivery of the same message.'),
    serviceName: z.literal('datastream.googleapis.com').describe('Service whose operation it is.'),
    methodName: z
      .enum(['google.longrunning.Operations.CancelOperation', 'google.longrunning.Operations.ListOperations'])
      .describe('CancelOperation, or ListOperations for a selection.'),
    resourceName: text(512)
      .nullable()
      .describe('The operation, or the parent of a batch; null until known to be valid.'),
    location: text(63).nullable().describe('Location of the operation or of the batch; null where it is in several.'),
    outcome: z
      .enum([...Object.keys(NO_COUNTS).filter(isOutcome), 'BATCH'])
      .nullable()
      .describe('What became of it; null in an INTENT entry only.'),
    status: status.nullable().describe('google.rpc.Status of the request; null in an INTENT entry only.'),
    reason: text(512).nullable().describe('Why, as the caller gave it.'),
    validateOnly: z.boolean().describe('Whether this was a dry run.'),
    wait: text(32).nullable().describe('Duration to watch for the outcome, as given; null where no command could be read.'),
    untilDone: z.boolean().describe('Whether only the end of the operation counts as a success.'),
    maxOperations: z.int().nullable().describe('Most operations that the selection was allowed to find.'),
    authenticationInfo,
    authorizationInfo: z
      .strictObject({
        permission: z.literal('datastream.operations.cancel').describe('What is judged.'),
        granted: z.boolean().nullable().describe('Null where it was not judged.'),
        rule: text(512).nullable().describe('The entry that allowed it, or the setting that refused it.'),
      })
      .describe('Whether the caller may.'),
    requestMetadata: z
      .strictObject({
        callerIp: text(64).nullable().describe('Address of the caller.'),
        callerSuppliedUserAgent: text(512).nullable().describe('User-Agent of the request.'),
        trace: text(512).nullable().describe('projects/{project}/traces/{trace}'),
      })
      .describe('What is known of the request.'),
    trigger,
    operationBefore: operationState.nullable().describe('Before this request did anything; null where it was not read.'),
    operationAfter: operationState.nullable().describe('As last seen; null where nothing was sent or watched.'),
    cancelAttempts: count.describe('How many :cancel requests were sent.'),
    receiveTime: time.describe('When the request came, RFC 3339 in UTC.'),
    completeTime: time.nullable().describe('When the record was finished; null in an INTENT entry only.'),
    runtime: z
      .strictObject({
        serviceAccount: text(320).nullable().describe('Account that acts.'),
        service: text(128).nullable().describe('Cloud Run service.'),
        revision: text(128).nullable().describe('Its revision.'),
        version: text(32).describe('Version of this function.'),
      })
      .describe('What acted.'),
    parentAuditId: id.nullable().describe('auditId of the batch that this belongs to.'),
    select: select.nullable().describe('The selection of a batch; null elsewhere.'),
    counts: counts.nullable().describe('How many operations have each outcome; null for one operation.'),
    get results() {
      return z
        .array(auditRecordSchema)
        .nullable()
        .describe('Records of the operations of a batch; null for one operation, and in the log, where each has its own entry.');
    },
  })
  .describe('Audit record of datastream-operation-cancel.');

export type AuditRecord = z.infer<typeof auditRecordSchema>;
