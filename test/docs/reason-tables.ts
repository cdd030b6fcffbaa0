import { REASONS } from '../../src/terms/reason.ts';
import { code } from './pages.ts';

/** A table that a page must have. */
export type Table = { page: string; header: readonly string[]; rows: readonly string[][] };

const reasons = Object.entries(REASONS).map(([reason, entry]) => ({ reason, ...entry }));

/** The tables of reasons, as src/terms/reason.ts has them. `node test/docs/write-tables.ts` puts them into the pages. */
export const REASON_TABLES: readonly Table[] = [
  {
    page: 'README.md',
    header: ['outcome', 'reasons'],
    rows: [...Map.groupBy(reasons, ({ outcome }) => outcome)].map(([outcome, those]) => [
      code(outcome),
      those.map(({ reason }) => code(reason)).join(' '),
    ]),
  },
  {
    page: 'docs/reference.md',
    header: ['reason, and its outcome', 'what it says'],
    rows: reasons.map(({ reason, outcome, code: name, message }) => [
      // The other outcomes have one code each.
      `${code(reason)}<br>${outcome === 'ERROR' ? `${outcome}, ${name}` : outcome}`,
      message.replaceAll(/"([^"]*)"|(\{\w+\})/g, (_, quoted, place) => code(quoted ?? place)),
    ]),
  },
];
