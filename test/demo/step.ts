import { type Check, checksOfExchange, checksOfOperation, type Expected, type Fate } from './checks.ts';
import { lookAt, type Sight } from './operation.ts';
import type { Exchange, Stage } from './stage.ts';

/** Something that is asked of the function, and what should come of it. */
export type Plan = {
  /** What happens, in a sentence. */
  readonly story: string;
  /** What is sent. */
  readonly asked: string;
  /** The operations to look at, by name, with what should become of each. */
  readonly fates: ReadonlyMap<string, Fate>;
  readonly act: () => Promise<readonly Exchange[]>;
  /** For each exchange in turn. */
  readonly expected: readonly Expected[];
  /** Whether the exchanges are deliveries of one message, which share their requestId. */
  readonly redelivered?: boolean;
  /** Whether the whole record is worth showing. */
  readonly whole?: boolean;
};

/** What came of a plan. */
export type Step = Pick<Plan, 'story' | 'asked' | 'redelivered' | 'whole'> & {
  readonly exchanges: readonly { readonly label: string; readonly exchange: Exchange }[];
  readonly operations: readonly { readonly before: Sight; readonly after: Sight }[];
  readonly checks: readonly Check[];
};

/** Carries out a plan and holds it against what should come of it: the answers, the log, and the truth in the emulator. */
export async function carryOut(plan: Plan, { emulator }: Stage): Promise<Step> {
  const names = [...plan.fates.keys()];
  const before = new Map(names.map((name) => [name, lookAt(emulator, name)]));
  const exchanges = (await plan.act()).map((exchange, index) => ({ label: labelOf(plan, index), exchange }));
  const operations = [...before].map(([name, sight]) => ({ name, before: sight, after: lookAt(emulator, name) }));
  const checks = [
    { what: 'number of answers', is: String(exchanges.length), should: String(plan.expected.length) },
    ...plan.expected.flatMap((expected, index) => {
      const done = exchanges[index];
      return done === undefined ? [] : checksOfExchange(done.label, done.exchange, expected);
    }),
    ...operations.flatMap(({ name, after }) => {
      const fate = plan.fates.get(name);
      return fate === undefined ? [] : checksOfOperation(after, fate);
    }),
    ...(plan.redelivered ? [sameRequest(exchanges.map(({ exchange }) => exchange))] : []),
  ];
  const { story, asked, redelivered = false, whole = false } = plan;
  return { story, asked, redelivered, whole, exchanges, operations, checks };
}

function labelOf({ redelivered }: Plan, index: number): string {
  return redelivered ? `delivery ${index + 1}` : 'answer';
}

function sameRequest(exchanges: readonly Exchange[]): Check {
  const ids = new Set(exchanges.map(({ record }) => record.requestId));
  return { what: 'requestIds of all deliveries', is: `${ids.size} different`, should: '1 different' };
}
