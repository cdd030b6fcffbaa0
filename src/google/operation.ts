import * as z from 'zod';
import type { OperationState } from '../audit-record.ts';
import { boundedOrNull } from '../text.ts';
import { timestamp } from '../timestamp.ts';

/**
 * google.longrunning.Operation with Datastream's OperationMetadata, of what is looked at here. Without `error`, an
 * operation that is done has ended with its response.
 */
export const operationSchema = z.object({
  name: z.string(),
  done: z.boolean().default(false),
  error: z.object({ code: z.int().default(0), message: z.string().default('') }).optional(),
  metadata: z
    .object({
      createTime: z.string().optional(),
      endTime: z.string().optional(),
      target: z.string().optional(),
      verb: z.string().optional(),
      statusMessage: z.string().optional(),
      requestedCancellation: z.boolean().optional(),
    })
    .default({}),
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
