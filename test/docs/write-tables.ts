import { readFileSync, writeFileSync } from 'node:fs';
import { rowOf, tableOf } from './pages.ts';
import { REASON_TABLES } from './reason-tables.ts';

// Puts the tables that are made from the source into the pages, in place of those that are there.

for (const { page, header, rows } of REASON_TABLES) {
  const file = new URL(`../../${page}`, import.meta.url);
  const text = readFileSync(file, 'utf8');
  const there = tableOf(text, header).map(rowOf).join('\n');
  writeFileSync(
    file,
    text.replace(there, () => rows.map(rowOf).join('\n')),
  );
}
