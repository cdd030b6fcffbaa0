import * as z from 'zod/mini';
import type { OperationState } from '../record/schema.ts';
import { boundedOrNull } from '../terms/text.ts';
import { timestamp } from '../terms/timestamp.ts';

/**
 * google.longrunning.Operation with Datastream's OperationMetadata, of what is looked at here. Without `error`, an
 * operation that is done has ended with its response.
 */
export const operationSchema = z.object({
  name: z.string(),
  done: z._default(z.boolean(), false),
  error: z.nullish(z.object({ code: z._default(z.int(), 0), message: z._default(z.string(), '') })),
  metadata: z.nullish(
    z.object({
      createTime: z.nullish(z.string()),
      endTime: z.nullish(z.string()),
      target: z.nullish(z.string()),
      verb: z.nullish(z.string()),
      statusMessage: z.nullish(z.string()),
      requestedCancellation: z.nullish(z.boolean()),
    }),
  ),
});

export type Operation = z.infer<typeof operationSchema>;

/** An operation as a record has it. */
export function stateOf({ done, error, metadata }: Operation): OperationState {
  const failed = done && error && error.code !== 0;
  return {
    done,
    errorCode: failed ? error.code : null,
    errorMessage: failed ? boundedOrNull(error.message, 1024) : null,
    verb: boundedOrNull(metadata?.verb, 64),
    target: boundedOrNull(metadata?.target, 1024),
    createTime: timestamp(metadata?.createTime),
    endTime: timestamp(metadata?.endTime),
    requestedCancellation: metadata?.requestedCancellation ?? false,
    statusMessage: boundedOrNull(metadata?.statusMessage, 1024),
  };
}
