import type { Selection } from '../command/read.ts';
import type { ListedOperation } from '../google/datastream.ts';
import { milliseconds } from '../terms/duration.ts';

/** Makes the filter that finds the operations that a selection means. Those that are done are never meant. */
export function selector({ verbs, target, minAge }: Selection, now: number): (operation: ListedOperation) => boolean {
  const matchesTarget = target === null ? () => true : targetMatcher(target);
  const latest = minAge === null ? null : now - milliseconds(minAge);
  return ({ state }) => {
    if (state.done) return false;
    if (verbs !== null && (state.verb === null || !verbs.includes(state.verb))) return false;
    if (!matchesTarget(state.target)) return false;
    return latest === null || (state.createTime !== null && Date.parse(state.createTime) <= latest);
  };
}

/** `*` stands for one segment or a part of one, everything else for itself. Takes linear time whatever the pattern. */
function targetMatcher(pattern: string): (target: string | null) => boolean {
  const segments = pattern.split('/').map(segmentMatcher);
  return (target) => {
    const actual = target?.split('/') ?? [];
    return actual.length === segments.length && segments.every((matches, index) => matches(actual[index] ?? ''));
  };
}

function segmentMatcher(pattern: string): (segment: string) => boolean {
  const [start = '', ...rest] = pattern.split('*');
  const end = rest.pop();
  if (end === undefined) return (segment) => segment === start;
  return (segment) => {
    let from = start.length;
    for (const part of rest) {
      const at = segment.indexOf(part, from);
      if (at === -1) return false;
      from = at + part.length;
    }
    return segment.startsWith(start) && segment.endsWith(end) && from + end.length <= segment.length;
  };
}
