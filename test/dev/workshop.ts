import type { FunctionProcess } from '../support/process.ts';

/** What the workshop works with. */
export type Tools = {
  /** Builds the function, or brings what is wrong with its source. */
  readonly build: () => Promise<{ readonly problem: string | undefined }>;
  /** Starts what was built. Rejects where it does not start. */
  readonly start: () => Promise<FunctionProcess>;
  /** Is told the port of the function that is to be used from now on, undefined where there is none. */
  readonly leadTo: (port: number | undefined) => void;
  readonly say: (news: News) => void;
};

/** What a person who changes the source wants to know. `kept` tells whether the last good function goes on. */
export type News =
  | { readonly kind: 'started' }
  | { readonly kind: 'notBuilt' | 'notStarted'; readonly problem: string; readonly kept: boolean }
  | { readonly kind: 'ended'; readonly code: number | null };

/** Keeps a function running that is as new as the source, or the last one that was good. */
export type Workshop = AsyncDisposable & {
  /** Builds and starts the function anew, and resolves when that is done. A call meanwhile does it once more afterwards. */
  readonly renew: () => Promise<void>;
};

export function openWorkshop(tools: Tools): Workshop {
  let current: FunctionProcess | undefined;
  let renewing: Promise<void> | undefined;
  let again = false;
  let closed = false;

  async function renewUntilCurrent(): Promise<void> {
    do {
      again = false;
      await renewOnce();
    } while (again && !closed);
    renewing = undefined;
  }

  async function renewOnce(): Promise<void> {
    const { problem } = await tools.build();
    if (closed) return;
    const kept = current !== undefined;
    if (problem !== undefined) return tools.say({ kind: 'notBuilt', problem, kept });
    const next = await tools.start().catch((error: unknown) => String(error instanceof Error ? error.message : error));
    if (typeof next === 'string') return tools.say({ kind: 'notStarted', problem: next, kept });
    const last = current;
    current = next;
    next.child.once('exit', (code) => noteEnd(next, code));
    tools.leadTo(Number(new URL(next.url).port));
    await last?.stop();
    if (!closed) tools.say({ kind: 'started' });
  }

  function noteEnd(ended: FunctionProcess, code: number | null): void {
    if (closed || ended !== current) return;
    current = undefined;
    tools.leadTo(undefined);
    tools.say({ kind: 'ended', code });
  }

  return {
    renew: () => {
      again = true;
      renewing ??= renewUntilCurrent();
      return renewing;
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      await renewing;
      await current?.stop();
    },
  };
}
