import * as z from 'zod';
import { checkedRecord } from './record.ts';

const entrySchema = z.strictObject({
  severity: z.enum(['NOTICE', 'WARNING', 'ERROR']),
  message: z.string().min(1).max(4096),
  'logging.googleapis.com/trace': z.string().optional(),
  'logging.googleapis.com/operation': z.strictObject({
    id: z.uuid(),
    producer: z.literal('datastream-operation-cancel'),
    first: z.literal(true).optional(),
    last: z.literal(true).optional(),
  }),
  'logging.googleapis.com/labels': z.record(z.string(), z.string()),
  /** The framework's own, with LOG_EXECUTION_ID=true. */
  'logging.googleapis.com/spanId': z.string().optional(),
  phase: z.enum(['INTENT', 'RESULT']),
  audit: z.unknown().transform(checkedRecord),
});

/** An entry of the audit log. */
export type Entry = z.infer<typeof entrySchema>;

/** Reads a line of the audit log; throws where it is no whole entry with the keys of the contract and no others. */
export function entryOf(line: string): Entry {
  return entrySchema.parse(JSON.parse(line));
}
