import type { Answer } from './push.ts';

/** Figures of a subscription so far. */
export interface Statistics {
  readonly published: number;
  /** Finished attempts, repeated ones included. */
  readonly deliveries: number;
  readonly acknowledged: number;
  readonly deadLettered: number;
  /** Messages left: neither acknowledged nor dead-lettered. */
  readonly unacknowledged: number;
  /** Requests under way now, and the most there were at once. */
  readonly outstanding: number;
  readonly highestOutstanding: number;
  /** Messages delivered once more although the endpoint had acknowledged them. */
  readonly duplicated: number;
  /** Deliveries by HTTP status, or by error code where no answer came. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Counts what happens to messages. */
export interface Tally {
  count(what: 'published' | 'acknowledged' | 'deadLettered' | 'duplicated'): void;
  delivered(answer: Answer): void;
  readonly unacknowledged: number;
  /** The figures as they stand, as a copy. */
  figures(requests: { readonly current: number; readonly highest: number }): Statistics;
}

/** Starts counting at zero. */
export function startTally(): Tally {
  const counts = { published: 0, acknowledged: 0, deadLettered: 0, duplicated: 0 };
  const statuses = new Map<string, number>();
  let deliveries = 0;
  const unacknowledged = () => counts.published - counts.acknowledged - counts.deadLettered;
  return {
    count(what) {
      counts[what] += 1;
    },
    delivered(answer) {
      const key = String(answer.status ?? answer.error);
      deliveries += 1;
      statuses.set(key, (statuses.get(key) ?? 0) + 1);
    },
    get unacknowledged() {
      return unacknowledged();
    },
    figures(requests) {
      return {
        ...counts,
        deliveries,
        unacknowledged: unacknowledged(),
        outstanding: requests.current,
        highestOutstanding: requests.highest,
        statuses: Object.fromEntries(statuses),
      };
    },
  };
}
