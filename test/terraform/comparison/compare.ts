import type { Facts } from './facts.ts';

/** One line of the table: what each way makes, and `same`, `DIFFERENT`, or why it may differ. */
export type Row = {
  readonly what: string;
  readonly scripts: string;
  readonly module: string;
  readonly verdict: string;
};

/** Where the ways differ on purpose: on which side something may stand alone, or with another value. */
type Meant = { readonly what: RegExp; readonly side: 'scripts' | 'module' | 'both'; readonly why: string };

const WHO_DEPLOYS = 'Cloud Build deploys and tests as it; Terraform as whoever applies';
const WHO_BUILDS = 'one account a project there, one a service here';

const MEANT: readonly Meant[] = [
  { what: /^API cloudfunctions\.googleapis\.com /, side: 'module', why: 'Cloud Functions builds for the module' },
  { what: /^API secretmanager\.googleapis\.com /, side: 'scripts', why: 'enabled where it is used' },
  { what: /^account datastream-cancel-(?:deploy|test),/, side: 'scripts', why: WHO_DEPLOYS },
  { what: /^grant .* to serviceAccount:datastream-cancel-(?:deploy|test)@/, side: 'scripts', why: WHO_DEPLOYS },
  { what: /^account (?:datastream|streams)-cancel-build,/, side: 'both', why: WHO_BUILDS },
  { what: /^grant roles\/run\.builder .*-build@|, is built as$/, side: 'both', why: WHO_BUILDS },
  { what: /^source bucket /, side: 'both', why: "gcloud's own there, the module's own here" },
  { what: /^image repository /, side: 'scripts', why: 'Cloud Functions makes its own, gcf-artifacts' },
  { what: /, CPU boost at start$/, side: 'scripts', why: 'Cloud Functions does so anyway' },
  { what: /, public$/, side: 'scripts', why: 'Cloud Functions cannot switch the check off' },
  { what: /^grant roles\/run\.invoker on service .* to allUsers$/, side: 'module', why: 'so everybody may invoke' },
  { what: /^secret .*, first version$/, side: 'scripts', why: 'here too, write-only: no state shows it' },
];

const NOTHING = '';

/** Puts both side by side, sorted by what it is. */
export function compare(scripts: Facts, module: Facts): Row[] {
  const what = [...new Set([...scripts.keys(), ...module.keys()])].sort();
  return what.map((key) => {
    const row = { what: key, scripts: scripts.get(key) ?? NOTHING, module: module.get(key) ?? NOTHING };
    return { ...row, verdict: verdictOf(row) };
  });
}

function verdictOf({ what, scripts, module }: Omit<Row, 'verdict'>): string {
  if (scripts === module) return 'same';
  const side = module === NOTHING ? 'scripts' : scripts === NOTHING ? 'module' : 'both';
  const meant = MEANT.find((one) => one.what.test(what) && (one.side === side || one.side === 'both'));
  return meant === undefined ? 'DIFFERENT' : `meant: ${meant.why}`;
}

/** Every difference that is not meant, and every one that is meant but not there any more. */
export function comparisonProblems(rows: readonly Row[]): string[] {
  const different = rows
    .filter(({ verdict }) => verdict === 'DIFFERENT')
    .map(
      ({ what, scripts, module }) =>
        `${what}: the scripts say "${shortened(scripts, 160)}", the module "${shortened(module, 160)}"`,
    );
  const stale = MEANT.filter(
    ({ why, what }) => !rows.some((row) => what.test(row.what) && row.verdict === `meant: ${why}`),
  );
  return [...different, ...stale.map(({ what }) => `${what} no longer differs: take it off the list`)];
}

/** What stands in every name goes without saying. */
const shortened = (value: string, width: number): string => {
  const short = value
    .replace(/serviceAccount:|\.iam\.gserviceaccount\.com|\.googleapis\.com/g, '')
    .replaceAll(/\s+/g, ' ');
  return short.length > width ? `${short.slice(0, width - 1)}…` : short;
};

/** The table for people. */
export function tableOf(rows: readonly Row[]): string {
  const columns = [
    { width: 100, of: (row: Row) => row.what },
    { width: 26, of: (row: Row) => row.scripts },
    { width: 26, of: (row: Row) => row.module },
    { width: 75, of: (row: Row) => row.verdict },
  ];
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => shortened(cell, columns[index]?.width ?? 0).padEnd(columns[index]?.width ?? 0))
      .join('  ')
      .trimEnd();
  return [
    line(['what', 'scripts', 'module', 'verdict']),
    ...rows.map((row) => line(columns.map(({ of }) => of(row)))),
  ].join('\n');
}
