import * as z from 'zod/mini';
import { type HttpResult, sendTwice } from '../google/http.ts';
import { type Clock, type Deadline, deadlineIn, NO_SHUTDOWN, within } from '../terms/clock.ts';
import { parseJson } from '../terms/json.ts';

/** Where Google publishes the certificates for its OIDC tokens. */
export const GOOGLE_CERTIFICATES = 'https://www.googleapis.com/oauth2/v1/certs';

/** PEM by key id. Something else, such as a proxy's page, is none. */
const certificates = z
  .record(z.string(), z.string().check(z.startsWith('-----BEGIN ')))
  .check(z.refine((byKeyId) => Object.keys(byKeyId).length > 0));

export type Certificates = z.infer<typeof certificates>;

/** How long certificates are kept, in milliseconds: as long as Google says, within these bounds. */
const SHORTEST_LIFE = 60_000;
const LONGEST_LIFE = 24 * 60 * 60_000;

/** Milliseconds in which nothing is fetched after a fetch that failed. */
const PAUSE = 5000;

const REQUEST = { method: 'GET', headers: {}, timeout: 10_000, mostBytes: 1024 * 1024 } as const;

/**
 * Makes the source of Google's certificates. They are fetched when a token first needs them, by one request that all who
 * wait share, and kept. Neither a key id that is not among them nor a failed fetch leads to one fetch a token: whoever
 * sends forged tokens would have this function ask Google as often. So the library does not fetch here: it fetches once a
 * token, and four times where that fails.
 *
 * @returns a function that gives undefined where they cannot be had before the deadline
 */
export function certificateSource(
  url: string,
  clock: Clock,
): (deadline: Deadline) => Promise<Certificates | undefined> {
  let known: Promise<Certificates | undefined> = Promise.resolve(undefined);
  // Monotonic milliseconds until which `known` stands.
  let until = Number.NEGATIVE_INFINITY;

  const fetchThem = async () => {
    // Those who wait have deadlines of their own; what is fetched serves others too.
    const deadline = deadlineIn(clock, REQUEST.timeout, NO_SHUTDOWN);
    const result = await sendTwice({ ...REQUEST, url, deadline });
    const found = read(result);
    until = clock.elapsed() + (found === undefined ? PAUSE : lifeOf(result));
    return found;
  };
  return (deadline) => {
    if (clock.elapsed() >= until) {
      until = clock.elapsed() + REQUEST.timeout + PAUSE;
      known = fetchThem();
    }
    return within(deadline, known);
  };
}

function read(result: HttpResult): Certificates | undefined {
  return result.kind === 'answer' && result.http === 200
    ? certificates.safeParse(parseJson(result.body)).data
    : undefined;
}

/** Milliseconds that the answer may be kept (RFC 9111, max-age). */
function lifeOf(result: HttpResult): number {
  const control = result.kind === 'answer' ? String(result.headers['cache-control']) : '';
  const [, seconds = '0'] = /\bmax-age=(\d+)/i.exec(control) ?? [];
  return Math.min(Math.max(Number(seconds) * 1000, SHORTEST_LIFE), LONGEST_LIFE);
}
