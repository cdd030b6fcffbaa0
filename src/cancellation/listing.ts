import { type ApiError, isApiError, LIST_REPEATS, LIST_TOO_LONG, MOST_LISTED } from '../google/api-error.ts';
import type { ListedOperation, Session } from '../google/datastream.ts';

/** Most pages that a list may have, however little is on them. */
const MOST_PAGES = 10_000;

/**
 * Reads the operations of a parent page by page, to the end or until `take` says that it has enough. Nothing is kept.
 *
 * @param mostPages after which it is left, with `pages` infinite
 * @returns how many pages were read; an error where the list cannot be read or does not end
 */
export async function readList(
  session: Session,
  parent: string,
  mostPages: number,
  take: (operation: ListedOperation) => boolean,
): Promise<{ pages: number } | ApiError> {
  const tokens = new Set<string>();
  let listed = 0;
  let token = '';
  for (let pages = 1; ; pages++) {
    const page = await session.list(parent, token);
    if (isApiError(page)) return page;
    listed += page.operations.length;
    if (listed > MOST_LISTED || pages > MOST_PAGES) return LIST_TOO_LONG;
    let wantsMore = true;
    for (const operation of page.operations) wantsMore = take(operation) && wantsMore;
    token = page.nextPageToken;
    if (token === '' || !wantsMore) return { pages };
    if (tokens.has(token)) return LIST_REPEATS;
    tokens.add(token);
    if (pages >= mostPages) return { pages: Number.POSITIVE_INFINITY };
  }
}
