import { type ApiError, isApiError } from '../google/api-error.ts';
import type { Session } from '../google/datastream.ts';
import type { OperationState } from '../google/operation.ts';
import { parentNameOf } from '../terms/resource-name.ts';
import { readList } from './listing.ts';
import { eachOf } from './parallel.ts';

/** Looks at operations: what each name brings. Never rejects. */
export type Look = (names: readonly string[]) => Promise<Map<string, OperationState | ApiError>>;

/**
 * Makes what looks at operations with the fewer calls: one an operation, or one a page of the lists that they are in.
 *
 * @param pages how many pages the list of each parent had, where it was read already
 */
export function looker(session: Session, pages: Map<string, number> = new Map()): Look {
  /** Brings what a list shows of the names, as long as it has fewer pages than there are names. */
  async function lookByList(
    parent: string,
    names: readonly string[],
    states: Map<string, OperationState | ApiError>,
  ): Promise<void> {
    if ((pages.get(parent) ?? 1) >= names.length) return;
    const wanted = new Set(names);
    const read = await readList(session, parent, names.length - 1, (operation) => {
      if (wanted.delete(operation.name)) states.set(operation.name, operation.state);
      return wanted.size > 0;
    });
    // A list that cannot be read, or has too many pages, is not tried again.
    pages.set(parent, isApiError(read) ? Number.POSITIVE_INFINITY : read.pages);
  }

  return async (names) => {
    const states = new Map<string, OperationState | ApiError>();
    for (const [parent, children] of Map.groupBy(names, parentNameOf)) await lookByList(parent, children, states);
    const left = names.filter((name) => !states.has(name));
    await eachOf(left, async (name) => states.set(name, await session.get(name)));
    return states;
  };
}
