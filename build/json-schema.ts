import * as z from 'zod';
import { auditRecordSchema } from '../src/record/schema.ts';

/** Where the JSON Schema of the audit record stands. */
export const SCHEMA_FILE = new URL('../api/audit-record.schema.json', import.meta.url);

/** The JSON Schema (2020-12) of the audit record, made from the zod schema that types the code. */
export function jsonSchemaText(): string {
  const schema = z.toJSONSchema(auditRecordSchema, { target: 'draft-2020-12' });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
