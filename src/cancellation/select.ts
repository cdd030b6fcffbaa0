import type { Selection } from '../command/read.ts';
import { type ApiError, isApiError } from '../google/api-error.ts';
import type { ListedOperation, Session } from '../google/datastream.ts';
import { parentOf } from '../terms/resource-name.ts';
import { oldestFirst } from './age.ts';
import { readList } from './listing.ts';
import { selector } from './selector.ts';

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
    if (kept.size >= most + SPARE) for (const { name } of byAge(kept.values()).slice(most)) kept.delete(name);
    return true;
  };
  for (const each of parents) {
    const read = await readList(session, each, Number.POSITIVE_INFINITY, take);
    if (isApiError(read)) return read;
    found.pages.set(each, read.pages);
  }
  return { ...found, operations: byAge(kept.values()).slice(0, most) };
}

/** How many more than asked for are kept before the youngest go. */
const SPARE = 500;

async function parentsOf(parent: string, session: Session): Promise<string[] | ApiError> {
  const { project, location } = parentOf(parent) ?? {};
  if (location !== '-') return [parent];
  const locations = await session.locations(project ?? '');
  return isApiError(locations) ? locations : locations.map((each) => `projects/${project}/locations/${each}`);
}

function byAge(operations: Iterable<ListedOperation>): ListedOperation[] {
  return oldestFirst(operations, ({ name, state }) => ({ name, createTime: state.createTime }));
}
