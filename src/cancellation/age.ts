/** What tells how old an operation is; the name decides between those of the same age. */
export type Aged = { name: string; createTime: string | null };

/** Sorts items oldest first, to the last digit of the time; those of unknown age come last. */
export function oldestFirst<T>(items: Iterable<T>, agedOf: (item: T) => Aged): T[] {
  return [...items].sort((one, other) => {
    const [first, second] = [agedOf(one), agedOf(other)];
    return compare(sortKey(first), sortKey(second)) || compare(first.name, second.name);
  });
}

/** RFC 3339 with all nine digits sorts as text. */
function sortKey({ createTime }: Aged): string {
  if (createTime === null) return '~';
  const [seconds = '', fraction = ''] = createTime.slice(0, -1).split('.');
  return `${seconds}.${fraction.padEnd(9, '0')}`;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
