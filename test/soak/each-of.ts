/** Runs `task` for each item, so many at a time. */
export async function eachOf<T>(items: Iterable<T>, atATime: number, task: (item: T) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  const work = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) await task(next.value);
  };
  await Promise.all(Array.from({ length: atATime }, work));
}
