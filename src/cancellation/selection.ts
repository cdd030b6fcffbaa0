import type { Selection } from '../command/read.ts';
import { type ApiError, isApiError } from '../google/api-error.ts';
import type { ListedOperation, Session } from '../google/datastream.ts';
import { milliseconds } from '../terms/duration.ts';
import { parentOf } from '../terms/resource-name.ts';
import { readList } from './listing.ts';

/** What a selection finds. */
export type Selected = {
  /** The oldest of them, oldest first. */
  operations: ListedOperation[];
  /** How many there are. */
  count: number;
  /** How many of them `isAllowed` lets pass. */
  allowed: number;
  /** How many pages the list of each parent has. */
  pages: Map<string, number>;
};

/** What is selected from, and how much of it is kept. */
export type Selecting = {
  /** A parent; with the location `-` every location of its project, as projects.locations.list has them (AIP-159). */
  parent: string;
  select: Selection;
  /** Most operations that are kept. */
  most: number;
  isAllowed: (operation: ListedOperation) => boolean;
  /** Milliseconds since the epoch. */
  now: number;
};

/**
 * Finds the operations that a selection means. However many are listed, hardly more are kept than are asked for.
 *
 * @returns an error where any list cannot be read to its end
 */
export async function selectOperations(
  { parent, select, most, isAllowed, now }: Selecting,
  session: Session,
): Promise<Selected | ApiError> {
  const parents = await parentsOf(parent, session);
  if (isApiError(parents)) return parents;
  const isSelected = selector(select, now);
  const kept = new Map<string, ListedOperation>();
  const found = { count: 0, allowed: 0, pages: new Map<string, number>() };
  const take = (operation: ListedOperation) => {
    // A page may show again what was on the one before.
    if (!isSelected(operation) || kept.has(operation.name)) return true;
    found.count += 1;
    if (isAllowed(operation)) found.allowed += 1;
    kept.set(operation.name, operation);
    if (kept.size >= most + SPARE) for (const { name } of [...kept.values()].sort(byAge).slice(most)) kept.delete(name);
    return true;
  };
  for (const each of parents) {
    const read = await readList(session, each, Number.POSITIVE_INFINITY, take);
    if (isApiError(read)) return read;
    found.pages.set(each, read.pages);
  }
  return { ...found, operations: [...kept.values()].sort(byAge).slice(0, most) };
}

/** How many more than asked for are kept before the youngest go. */
const SPARE = 500;

async function parentsOf(parent: string, session: Session): Promise<string[] | ApiError> {
  const { project, location } = parentOf(parent) ?? {};
  if (location !== '-') return [parent];
  const locations = await session.locations(project ?? '');
  return isApiError(locations) ? locations : locations.map((each) => `projects/${project}/locations/${each}`);
}

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

/** Oldest first, to the last digit of the time; of unknown age last. */
export function byAge(one: ListedOperation, other: ListedOperation): number {
  return compare(sortKey(one), sortKey(other)) || compare(one.name, other.name);
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

/** RFC 3339 with all nine digits sorts as text. */
function sortKey({ state: { createTime } }: ListedOperation): string {
  if (createTime === null) return '~';
  const [seconds = '', fraction = ''] = createTime.slice(0, -1).split('.');
  return `${seconds}.${fraction.padEnd(9, '0')}`;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
