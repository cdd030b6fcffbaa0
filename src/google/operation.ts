import * as z from 'zod/mini';
import type { OperationState } from '../audit-record.ts';
import { boundedOrNull } from '../text.ts';
import { timestamp } from '../timestamp.ts';

/**
 * google.longrunning.Operation with Datastream's OperationMetadata, of what is looked at here. Without `error`, an
 * operation that is done has ended with its response.
 */
export const operationSchema = z.object({
  name: z.string(),
  done: z._default(z.boolean(), false),
  error: z.optional(z.object({ code: z._default(z.int(), 0), message: z._default(z.string(), '') })),
  metadata: z._default(
    z.object({
      createTime: z.optional(z.string()),
      endTime: z.optional(z.string()),
      target: z.optional(z.string()),
      verb: z.optional(z.string()),
      statusMessage: z.optional(z.string()),
      requestedCancellation: z.optional(z.boolean()),
    }),
    {},
  ),
});

export type Operation = z.infer<typeof operationSchema>;

/** An operation as a record has it. */
export function stateOf({ done, error, metadata }: Operation): OperationState {
  const failed = done && error !== undefined && error.code !== 0;
  return {
    done,
    errorCode: failed ? error.code : null,
    errorMessage: failed ? boundedOrNull(error.message, 1024) : null,
    verb: boundedOrNull(metadata.verb, 64),
    target: boundedOrNull(metadata.target, 1024),
    createTime: timestamp(metadata.createTime),
    endTime: timestamp(metadata.endTime),
    requestedCancellation: metadata.requestedCancellation ?? false,
    statusMessage: boundedOrNull(metadata.statusMessage, 1024),
  };
}
