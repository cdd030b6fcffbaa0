/** How many operations of batches one instance has under way at once, so that its memory holds them and their records. */
const MOST_UNDER_WAY = 1000;

/** The room that an instance has for operations of batches. */
export type Capacity = {
  /** Runs a task that needs room for that many operations; undefined where there is none. */
  holding: <T>(count: number, task: () => Promise<T>) => Promise<T | undefined>;
};

export function newCapacity(): Capacity {
  let free = MOST_UNDER_WAY;
  return {
    holding: async (count, task) => {
      if (count > free) return undefined;
      free -= count;
      try {
        return await task();
      } finally {
        free += count;
      }
    },
  };
}
