import { boundedOrNull } from '../terms/text.ts';

/** The headers of a request, in lower case, as node:http joins them. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** One header as a string, undefined where it is not there. */
export function headerOf(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** One header as a record holds it: at most `most` characters, null where it is not there. */
export function recordedHeader(headers: Headers, name: string, most = 256): string | null {
  return boundedOrNull(headerOf(headers, name), most);
}
