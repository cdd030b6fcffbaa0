import type { ConcludedRecord } from '../../src/record/conclude.ts';
import type { Outcome } from '../../src/terms/outcome.ts';
import type { Sight, State } from './operation.ts';
import type { Exchange } from './stage.ts';

/** Something that was looked at, in words, so that a person can be told what it is and what it should be. */
export type Check = { readonly what: string; readonly is: string; readonly should: string };

/** What an exchange should come to. */
export type Expected = {
  readonly outcome: Outcome | 'BATCH';
  readonly http: number;
  /** The email of who asked, null where nobody could be identified. */
  readonly principal: string | null;
  readonly phases: Phases;
  /** For a batch: the outcome that each of so many results has, and what the log has about each. */
  readonly results?: { readonly outcome: Outcome; readonly number: number; readonly phases: Phases };
};

/** INTENT comes before RESULT, and is there only where a cancel was sent. */
type Phases = 'RESULT' | 'INTENT, RESULT';

/** What should become of an operation. */
export type Fate = { readonly state: State; readonly cancels: number };

/** Whether a check holds. */
export function holds({ is, should }: Check): boolean {
  return is === should;
}

/** Holds an exchange against what it should come to. `label` names it to a person. */
export function checksOfExchange(label: string, exchange: Exchange, expected: Expected): Check[] {
  const { record, http, trail, trailsOfResults } = exchange;
  const check = (what: string, is: unknown, should: unknown): Check => ({
    what: `${label}: ${what}`,
    is: String(is),
    should: String(should),
  });
  const { results } = expected;
  return [
    check('outcome', record.outcome, expected.outcome),
    check('HTTP status', http, expected.http),
    check('principal', record.authenticationInfo.principalEmail, expected.principal),
    check('log', trail.phases, expected.phases),
    check('record in the log is that of the answer', trail.sameRecord, true),
    ...(results === undefined
      ? []
      : [
          check('results', countsOf(record), `${results.number} ${results.outcome}`),
          ...trailsOfResults.map(({ phases }, index) => check(`log of result ${index + 1}`, phases, results.phases)),
        ]),
  ];
}

/** Holds an operation against its fate. */
export function checksOfOperation({ verb, target, state, cancels }: Sight, fate: Fate): Check[] {
  const label = `${verb} of ${target}`;
  return [
    { what: `${label}: state`, is: state, should: fate.state },
    { what: `${label}: cancels sent`, is: String(cancels), should: String(fate.cancels) },
  ];
}

/** The outcomes of a batch with their numbers, such as `3 CANCELLED, 1 ERROR`. */
export function countsOf({ counts }: ConcludedRecord): string {
  const some = Object.entries(counts ?? {}).filter(([, number]) => number > 0);
  return some.map(([outcome, number]) => `${number} ${outcome}`).join(', ') || 'none';
}
