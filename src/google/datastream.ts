import type { Clock, Deadline } from '../terms/clock.ts';
import { type Page, readLocations, readOperation, readPage, readTaken, type Taken } from './answers.ts';
import { type ApiError, isApiError, LIST_REPEATS } from './api-error.ts';
import type { Credentials, TokenHolder } from './credentials.ts';
import { type Call, type Exchange, exchanger, type Read } from './exchange.ts';
import { type Gate, gate } from './gate.ts';
import type { OperationState } from './operation.ts';
import { withRetries } from './retry.ts';

export type { ListedOperation, Page, Taken } from './answers.ts';

/** The client of Datastream's API, made once. */
export type Datastream = { session: (call: Call) => Session };

/** Datastream's methods as one request uses them: under its deadline, its trace, its token. None rejects. */
export type Session = {
  deadline: Deadline;
  /** Reads an operation, trying again where that may help. */
  get: (name: string) => Promise<OperationState | ApiError>;
  /**
   * Asks once for an operation's cancellation, with the text for `X-Goog-Request-Reason`; a token that is refused is
   * followed by a new one. `onSent` is told of every request that may have reached Datastream. Whether to ask again is
   * the caller's decision: it takes a read.
   */
  cancel: (name: string, requestReason: string, onSent: () => void) => Promise<Taken | ApiError>;
  /** Reads one page of a parent's operations, trying again where that may help. The first page's token is ''. */
  list: (parent: string, pageToken: string) => Promise<Page | ApiError>;
  /** Reads the ids of all locations of a project, trying again where that may help. */
  locations: (project: string) => Promise<string[] | ApiError>;
};

const PAGE_SIZE = 500;

/** Most bytes of a page of operations, and of every other answer: both are far below it. */
const MOST_OF_PAGE = 4 * 1024 * 1024;
const MOST_OF_ANSWER = 1024 * 1024;

/** Most pages that are in memory at once, of all requests together. */
const MOST_PAGES = 4;

/*
 * What is asked for of an answer (Google's standard parameter `fields`): not an operation's `response`, which holds a whole
 * resource, so that a page of 500 would not fit.
 */
const OF_OPERATION = 'name,done,error,metadata';
const OF_PAGE = `operations(${OF_OPERATION}),nextPageToken,unreachable`;
const OF_LOCATIONS = 'locations(name,locationId),nextPageToken';

/** Makes the client of the API at `endpoint`, an origin. `version` goes into `User-Agent`. */
export function datastreamClient(
  endpoint: string,
  version: string,
  credentials: Credentials,
  clock: Clock,
): Datastream {
  const exchange = exchanger(endpoint, version, clock);
  const pages = gate(MOST_PAGES);
  return { session: (call) => session(call, credentials.holder(), exchange, pages, clock) };
}

function session(call: Call, holder: TokenHolder, exchange: Exchange, pages: Gate, clock: Clock): Session {
  const { deadline } = call;
  const read = <T extends object>(path: string, query: Query, mostBytes: number, reader: Read<T>) =>
    exchange({ method: 'GET', path: `${path}?${new URLSearchParams(query)}`, mostBytes }, call, holder, reader);
  const retried = <T extends object>(attempt: () => Promise<T | ApiError>) => withRetries(attempt, deadline, clock);

  return {
    deadline,

    get: (name) =>
      retried(() => read(name, { fields: OF_OPERATION }, MOST_OF_ANSWER, (answer) => readOperation(answer, name))),

    cancel: (name, requestReason, onSent) => {
      const headers = { 'x-goog-request-reason': requestReason };
      const request = { method: 'POST', path: `${name}:cancel`, mostBytes: MOST_OF_ANSWER, headers } as const;
      return exchange(request, call, holder, readTaken, onSent);
    },

    list: (parent, pageToken) => {
      const query = { pageSize: String(PAGE_SIZE), fields: OF_PAGE, ...tokenOf(pageToken) };
      const attempt = () => read(`${parent}/operations`, query, MOST_OF_PAGE, (answer) => readPage(answer, parent));
      return retried(() => pages(attempt, deadline));
    },

    locations: async (project) => {
      const ids = new Set<string>();
      const tokens = new Set<string>();
      for (let pageToken = ''; ; ) {
        const query = { fields: OF_LOCATIONS, ...tokenOf(pageToken) };
        const page = await retried(() =>
          read(`projects/${project}/locations`, query, MOST_OF_ANSWER, (answer) => readLocations(answer, project)),
        );
        if (isApiError(page)) return page;
        for (const id of page.ids) ids.add(id);
        pageToken = page.nextPageToken;
        if (pageToken === '') return [...ids];
        if (tokens.has(pageToken)) return LIST_REPEATS;
        tokens.add(pageToken);
      }
    },
  };
}

type Query = Readonly<Record<string, string>>;

function tokenOf(pageToken: string): Query {
  return pageToken === '' ? {} : { pageToken };
}
