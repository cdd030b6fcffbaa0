import { subscribe } from 'node:diagnostics_channel';
import { type IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { cloudTraceOf } from '../delivery/trace.ts';

/** A request that a server of this process begins to serve. */
export type RequestStart = { request: IncomingMessage; response: ServerResponse; server: Server };

/**
 * Has `listener` called for each request before anything else sees it. Node.js publishes `http.server.request.start` for
 * every server of the process; in the deployed one there is no other than the framework's.
 */
export function onRequestStart(listener: (start: RequestStart) => void): void {
  subscribe('http.server.request.start', (message) => {
    if (isRequestStart(message)) listener(message);
  });
}

/**
 * Lets a request reach the function as it was sent: any path, any body.
 *
 * The framework parses bodies before it calls the function. What it cannot parse it answers with an HTML page, writing the
 * raw body to stderr, and up to 1 GiB is held in memory first. It parses only what the headers announce, so the headers
 * that announce a body are taken away before it looks; the stream stays unread for delivery/body.ts, which takes the
 * framework's copy of a body where this has stopped working. The path is set to `/`, since the framework answers some paths
 * itself and fails on those that it cannot decode, and no path means anything here.
 */
export function leaveUnparsed({ request }: Pick<RequestStart, 'request'>): void {
  const { headers } = request;
  request.url = '/';
  delete headers['content-length'];
  delete headers['transfer-encoding'];
  // Node.js itself refuses an expectation that it does not know, and a publisher can send any as an attribute.
  if (headers.expect?.toLowerCase() !== '100-continue') delete headers.expect;
  // The framework copies these two into the labels of every line, whoever sent them.
  replace(headers, 'function-execution-id', /^[A-Za-z0-9-]{1,64}$/.exec(String(headers['function-execution-id']))?.[0]);
  replace(headers, 'x-cloud-trace-context', cloudTraceOf(headers));
}

function replace(headers: IncomingHttpHeaders, name: string, value: string | undefined): void {
  if (value === undefined) delete headers[name];
  else headers[name] = value;
}

function isRequestStart(message: unknown): message is RequestStart {
  if (typeof message !== 'object' || message === null) return false;
  if (!('request' in message && 'response' in message && 'server' in message)) return false;
  const { request, response, server } = message;
  return request instanceof IncomingMessage && response instanceof ServerResponse && server instanceof Server;
}
