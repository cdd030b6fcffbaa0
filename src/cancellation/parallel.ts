/**
 * How many calls of one request are under way at the same time: few beside Datastream's quota of 1,200 calls a minute, and
 * enough for a thousand of them within a request's deadline.
 */
const AT_A_TIME = 8;

/** Runs `task` for each item, a few at a time and in their order, and brings what it brings in the same order. */
export async function eachOf<T, R>(items: readonly T[], task: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = items.entries();
  const work = async () => {
    for (const [index, item] of queue) results[index] = await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, items.length) }, work));
  return results;
}
