import http from 'node:http';
import type * as Library from 'google-auth-library';
import { deadlineIn, NO_SHUTDOWN, systemClock } from '../terms/clock.ts';
import { sendTwice } from './http.ts';
import { bracketMetadataHost } from './metadata-host.ts';

/** Milliseconds that an exchange with a token endpoint has, and most bytes of its answer. */
const TIMEOUT = 10_000;
const MOST_BYTES = 1024 * 1024;

let loaded: Promise<typeof Library> | undefined;

/**
 * Loads google-auth-library, at its first use: it takes longer to load than everything else, and a request that is refused
 * never needs it.
 */
export function loadAuthLibrary(): Promise<typeof Library> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<typeof Library> {
  bracketMetadataHost(process.env);
  const library = await import('google-auth-library');
  // Every request of the library: some of its clients make transporters of their own, which no option reaches.
  const { prototype } = library.gaxios.Gaxios;
  prototype.request = new Proxy(prototype.request, {
    apply: (request, transporter, [options]) =>
      Reflect.apply(request, transporter, [{ ...options, ...TRANSPORTER.transporterOptions }]),
  });
  return library;
}

/**
 * What google-auth-library sends its requests with: our HTTP client, in place of the one that it would load on top (npm
 * run bench). It asks HTTPS_PROXY and its kin for a proxy unless it is given an agent, which ours does not look at.
 */
export const TRANSPORTER = {
  transporterOptions: { fetchImplementation: fetchOverHttp, agent: http.globalAgent },
};

/**
 * As much of the Fetch standard as google-auth-library asks for.
 *
 * @throws {TypeError} where no answer arrives, as fetch does
 */
export async function fetchOverHttp(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const url = input instanceof URL ? input.href : String(input);
  const { method = 'GET', body } = init;
  const headers = Object.fromEntries(new Headers(init.headers).entries());
  if (body instanceof URLSearchParams) headers['content-type'] ??= 'application/x-www-form-urlencoded';
  const result = await sendTwice({
    method,
    url,
    headers,
    deadline: deadlineIn(systemClock, TIMEOUT, NO_SHUTDOWN),
    timeout: TIMEOUT,
    mostBytes: MOST_BYTES,
    ...(body && { body: textOf(body) }),
    ...(init.signal && { signal: init.signal }),
  });
  if (result.kind !== 'answer') throw new TypeError(`No answer from ${new URL(url).origin}.`);
  const answered = new Headers();
  for (const [name, value] of Object.entries(result.headers))
    if (value !== undefined) answered.set(name, String(value));
  return new Response(result.body === '' ? null : result.body, { status: result.http, headers: answered });
}

function textOf(body: NonNullable<RequestInit['body']>): string {
  if (typeof body === 'string' || body instanceof URLSearchParams) return String(body);
  throw new TypeError('A request for a token has its body as text.');
}
