import type { Clock, Deadline } from '../terms/clock.ts';
import { type Page, readLocations, readOperation, readPage, readTaken, type Taken } from './answers.ts';
import { type ApiError, isApiError, LIST_REPEATS } from './api-error.ts';
import type { Credentials } from './credentials.ts';
import { type ApiRequest, type Call, exchanger, type Read } from './exchange.ts';
import { gate } from './gate.ts';
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

  return {
    session: (call) => {
      const { deadline } = call;
      const token = credentials.holder();
      const read = <T extends object>(
        path: string,
        query: Record<string, string>,
        mostBytes: number,
        reader: Read<T>,
      ) => {
        const request: ApiRequest = { method: 'GET', path: `${path}?${new URLSearchParams(query)}`, mostBytes };
        return withRetries(() => exchange(request, call, token, reader), deadline, clock);
      };
      const readLocationsPage = (project: string, pageToken: string) =>
        read(
          `projects/${project}/locations`,
          { fields: OF_LOCATIONS, ...(pageToken !== '' && { pageToken }) },
          MOST_OF_ANSWER,
          (answer) => readLocations(answer, project),
        );

      return {
        deadline,

        get: (name) => read(name, { fields: OF_OPERATION }, MOST_OF_ANSWER, (answer) => readOperation(answer, name)),

        cancel: (name, requestReason, onSent) => {
          const headers = { 'x-goog-request-reason': requestReason };
          const request: ApiRequest = { method: 'POST', path: `${name}:cancel`, mostBytes: MOST_OF_ANSWER, headers };
          return exchange(request, call, token, readTaken, onSent);
        },

        list: (parent, pageToken) => {
          const query = { pageSize: String(PAGE_SIZE), fields: OF_PAGE, ...(pageToken !== '' && { pageToken }) };
          const path = `${parent}/operations?${new URLSearchParams(query)}`;
          const request: ApiRequest = { method: 'GET', path, mostBytes: MOST_OF_PAGE };
          const attempt = () => exchange(request, call, token, (answer) => readPage(answer, parent));
          return withRetries(() => pages(attempt, deadline), deadline, clock);
        },

        locations: async (project) => {
          const ids = new Set<string>();
          const seen = new Set<string>();
          for (let pageToken = ''; ; ) {
            const page = await readLocationsPage(project, pageToken);
            if (isApiError(page)) return page;
            for (const id of page.ids) ids.add(id);
            if (page.nextPageToken === '') return [...ids];
            if (seen.has(page.nextPageToken)) return LIST_REPEATS;
            seen.add(page.nextPageToken);
            pageToken = page.nextPageToken;
          }
        },
      };
    },
  };
}
