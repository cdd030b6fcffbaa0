import type { Server, ServerResponse } from 'node:http';
import type { Clock, Shutdown } from '../terms/clock.ts';
import type { RequestStart } from './unparsed-requests.ts';

/** Cloud Run ends a process ten seconds after SIGTERM. Milliseconds in which all work ends, with time for RESULT and answer. */
const TIME_TO_WORK = 7000;

/** Milliseconds after which the process ends whatever is still under way. */
const TIME_TO_END = 9000;

/** Milliseconds that connections have to take what was answered, once nothing is under way any more. */
const TIME_TO_HANG_UP = 500;

/**
 * Milliseconds that a connection of a caller is kept while nothing comes over it. Google's load balancers keep theirs for
 * 600 s and say that a server shall keep them longer: whoever closes first may cut off a request that is on its way. An idle
 * connection costs some kilobytes.
 */
const KEEP_ALIVE = 620_000;

/** Takes part in the end of the process. */
export type Drain = Shutdown & {
  /** Is to be told of each request, so that its answer is waited for. */
  follow: (start: Pick<RequestStart, 'response' | 'server'>) => void;
};

/**
 * Ends the process after SIGTERM in good order: no new connection is taken, what is under way is finished, and the process
 * ends with code 0. The framework would answer the latest request with 500 and cut off all others, so its own listener for
 * the signal is taken away as soon as it is added.
 */
export function drainOnSigterm(clock: Clock): Drain {
  const listeners = new Set<() => void>();
  const underWay = new Set<ServerResponse>();
  const servers = new Set<Server>();
  let announcedAt: number | undefined;

  const endOnceDrained = () => {
    if (announcedAt === undefined || underWay.size > 0) return;
    for (const server of servers) server.closeIdleConnections();
    setTimeout(end, servers.size === 0 ? 0 : TIME_TO_HANG_UP);
  };
  const onSigterm = () => {
    if (announcedAt !== undefined) return;
    announcedAt = clock.elapsed();
    setTimeout(end, TIME_TO_END);
    for (const server of servers) server.close(endOnceDrained);
    for (const response of underWay) hangUpAfter(response);
    for (const listener of listeners) listener();
    endOnceDrained();
  };
  process.on('SIGTERM', onSigterm);
  process.on('newListener', (event, listener) => {
    if (event === 'SIGTERM') queueMicrotask(() => process.off('SIGTERM', listener));
  });

  return {
    left: () => (announcedAt === undefined ? Number.POSITIVE_INFINITY : announcedAt + TIME_TO_WORK - clock.elapsed()),
    onAnnounced: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    follow: ({ response, server }) => {
      if (!servers.has(server)) {
        servers.add(server);
        server.keepAliveTimeout = KEEP_ALIVE;
      }
      underWay.add(response);
      if (announcedAt !== undefined) hangUpAfter(response);
      response.once('close', () => {
        underWay.delete(response);
        endOnceDrained();
      });
    },
  };
}

/** Lets a connection end with this answer. */
function hangUpAfter(response: ServerResponse): void {
  response.shouldKeepAlive = false;
}

function end(): void {
  process.exit(0);
}
