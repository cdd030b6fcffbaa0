/**
 * Which of `known` a name is a slip of: the same but for case and underscores, or one letter off, too many, missing or
 * swapped with its neighbour. Undefined where it is none.
 */
export function closest(name: string, known: readonly string[]): string | undefined {
  const plain = folded(name);
  return (
    known.find((each) => folded(each) === plain) ??
    known.find((each) => isOneOff(plain, folded(each)) || isOneOff(name.toLowerCase(), each.toLowerCase()))
  );
}

function folded(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}

/** Whether two texts differ by one letter that is added, taken away, replaced or swapped with the next one. */
function isOneOff(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const [rest, otherRest] = [one.slice(at), other.slice(at)];
  const swapped = `${otherRest[1]}${otherRest[0]}${otherRest.slice(2)}`;
  return (
    rest.slice(1) === otherRest.slice(1) || rest === otherRest.slice(1) || rest.slice(1) === otherRest || rest === swapped
  );
}
