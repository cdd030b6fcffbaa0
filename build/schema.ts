import { writeFileSync } from 'node:fs';
import { jsonSchemaText, SCHEMA_FILE } from './json-schema.ts';

writeFileSync(SCHEMA_FILE, jsonSchemaText());
