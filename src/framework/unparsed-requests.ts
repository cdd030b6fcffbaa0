import { subscribe } from 'node:diagnostics_channel';
import { type IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import { CLOUD_TRACE } from '../delivery/trace.ts';

/**
 * Lets every request reach the function as it was sent: any path, any body.
 *
 * The framework parses bodies before it calls the function. What it cannot parse it answers with an HTML page, writing the
 * raw body to stderr, and up to 1 GiB is held in memory first. It parses only what the headers announce, so the headers
 * that announce a body are taken away before it looks; the stream stays unread for readBody. The path is set to `/`, since
 * the framework answers some paths itself and fails on those that it cannot decode, and no path means anything here.
 *
 * Node.js publishes `http.server.request.start` before a server's own listeners run, for every server of the process.
 */
export function keepRequestsUnparsed(): void {
  const known = new WeakMap<Server, boolean>();
  subscribe('http.server.request.start', (message) => {
    if (!isRequestStart(message)) return;
    const { request, server } = message;
    const concerned = known.get(server) ?? isOfFramework(server);
    known.set(server, concerned);
    if (!concerned) return;
    request.url = '/';
    delete request.headers['content-length'];
    delete request.headers['transfer-encoding'];
    // Node.js itself refuses an expectation that it does not know, and a publisher can send any as an attribute.
    if (request.headers.expect?.toLowerCase() !== '100-continue') delete request.headers.expect;
    // The framework copies these two into the labels of every line, whoever sent them.
    keepOnly(request.headers, 'function-execution-id', /^[A-Za-z0-9-]{1,64}$/);
    keepOnly(request.headers, 'x-cloud-trace-context', CLOUD_TRACE);
  });
}

function keepOnly(headers: IncomingHttpHeaders, name: string, form: RegExp): void {
  if (!form.test(String(headers[name]))) delete headers[name];
}

function isRequestStart(message: unknown): message is { request: IncomingMessage; server: Server } {
  if (typeof message !== 'object' || message === null || !('request' in message && 'server' in message)) return false;
  return message.request instanceof IncomingMessage && message.server instanceof Server;
}

/** Whether a server is the framework's, by what the framework sets in its Express application and others leave. */
function isOfFramework(server: Server): boolean {
  const settings = server.listeners('request').map((app) => ('settings' in app ? app.settings : undefined));
  return settings.some((set) => {
    if (typeof set !== 'object' || set === null || !('trust proxy' in set && 'etag' in set)) return false;
    return set['trust proxy'] === true && set.etag === false;
  });
}
