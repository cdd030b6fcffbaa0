import type { ConcludedRecord } from '../../src/record/conclude.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { concludedRecord } from '../support/record.ts';
import { type Trail, trailOf } from './audit-trail.ts';
import { startBuiltFunction } from './built-function.ts';
import { authorizationOf, type Caller } from './caller.ts';

/** One request or delivery, and what came of it. */
export type Exchange = {
  readonly http: number;
  /** The header `Retry-After` in seconds, undefined where there was none. */
  readonly retryAfter: string | undefined;
  readonly record: ConcludedRecord;
  readonly trail: Trail;
  /** What the log has about each operation of a batch. */
  readonly trailsOfResults: readonly Trail[];
};

/** What is posted; nobody where no `caller` is named. */
export type Request = {
  readonly caller?: Caller;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
};

/** An answer of the function, as any HTTP client has it. */
export type Answer = { readonly http: number; readonly retryAfter: string | undefined; readonly body: unknown };

/** What the scenes are played on: the emulator and the built function, as if on Cloud Run. */
export type Stage = AsyncDisposable & {
  readonly emulator: Emulator;
  readonly url: string;
  /** Posts a request and brings what came of it. Throws where no record comes back or the log has no RESULT. */
  readonly post: (request: Request) => Promise<Exchange>;
  /** The same for an answer that somebody else got. */
  readonly exchangeOf: (answer: Answer) => Promise<Exchange>;
  /** Does something when it was so many minutes earlier in the emulator. */
  readonly minutesAgo: <T>(minutes: number, act: () => Promise<T>) => Promise<T>;
};

const SERVICE = 'datastream-operation-cancel';

/** Milliseconds after which an answer is not waited for any more. Each comes within a second. */
const PATIENCE = 15_000;

/** What is started over REST ends a moment (ms) after its cancel, as at Google, so the function has to look again. */
const SLOW_TO_CANCEL = { onCancel: { kind: 'cancels', afterMs: 200 } } as const;

/** Starts emulator and function. Rejects where one does not start; then nothing of it is left. */
export async function openStage(): Promise<Stage> {
  let behind = 0;
  const emulator = await startEmulator({ now: () => Date.now() - behind, started: SLOW_TO_CANCEL });
  const onCloudRun = { K_SERVICE: SERVICE, K_REVISION: `${SERVICE}-00007-abc` };
  const started = await startBuiltFunction({ ...emulator.environment, ...onCloudRun }).catch(async (error) => {
    await emulator.close();
    throw error;
  });

  const exchangeOf = async ({ http, retryAfter, body }: Answer): Promise<Exchange> => {
    const record = concludedRecord(body);
    const results = (record.results ?? []).map(concludedRecord);
    const [trail, ...trailsOfResults] = await Promise.all([
      trailOf(record, started.lines),
      ...results.map((result) => trailOf(result, started.lines)),
    ]);
    return { http, retryAfter, record, trail, trailsOfResults };
  };

  return {
    emulator,
    url: started.url,
    exchangeOf,
    post: async ({ caller, headers, body }) => {
      const response = await fetch(started.url, {
        method: 'POST',
        headers: { ...(caller && authorizationOf(caller)), ...headers },
        body,
        signal: AbortSignal.timeout(PATIENCE),
      });
      const retryAfter = response.headers.get('retry-after') ?? undefined;
      return exchangeOf({ http: response.status, retryAfter, body: await response.json() });
    },
    minutesAgo: async (minutes, act) => {
      behind = minutes * 60_000;
      try {
        return await act();
      } finally {
        behind = 0;
      }
    },
    async [Symbol.asyncDispose]() {
      await started.stop();
      await emulator.close();
    },
  };
}
