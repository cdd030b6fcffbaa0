/** A place among the requests under way; `release` gives it back and says whether the endpoint acknowledged. */
export interface Place {
  release(acknowledged: boolean): void;
}

/** Bounds how many requests are under way at once. */
export interface Outstanding {
  /** Resolves when a place is free, in the order of asking. */
  acquire(): Promise<Place>;
  /** Requests under way now. */
  readonly current: number;
  /** The most that were under way at once. */
  readonly highest: number;
}

/**
 * Makes a bound of at most `maximum` requests. With `slowStart` it begins at one, grows by one with each
 * acknowledgement (so it doubles each round, as Pub/Sub's push does) and halves after a failure, but only once for all
 * the requests that were already under way when it last halved: they tell of the same bad moment.
 */
export function boundOutstanding(maximum: number, slowStart: boolean): Outstanding {
  const waiting: ((place: Place) => void)[] = [];
  let limit = slowStart ? 1 : maximum;
  let current = 0;
  let highest = 0;
  let halvings = 0;

  function admit(): void {
    while (current < limit) {
      const next = waiting.shift();
      if (next === undefined) return;
      current += 1;
      highest = Math.max(highest, current);
      next(place(halvings));
    }
  }

  function place(halvingsAtStart: number): Place {
    return {
      release(acknowledged) {
        current -= 1;
        if (slowStart && acknowledged) limit = Math.min(maximum, limit + 1);
        if (slowStart && !acknowledged && halvingsAtStart === halvings) {
          limit = Math.max(1, Math.floor(limit / 2));
          halvings += 1;
        }
        admit();
      },
    };
  }

  return {
    acquire() {
      const { promise, resolve } = Promise.withResolvers<Place>();
      waiting.push(resolve);
      admit();
      return promise;
    },
    get current() {
      return current;
    },
    get highest() {
      return highest;
    },
  };
}
