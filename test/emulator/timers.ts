/** Timers that can all be dropped at once. */
export type Timers = {
  /** Calls `then` after `ms`; at once, before returning, where `ms` is 0. */
  later(ms: number, then: () => void): void;
  clear(): void;
};

/** No timers yet. */
export function createTimers(): Timers {
  const pending = new Set<NodeJS.Timeout>();
  return {
    later(ms, then) {
      if (ms <= 0) {
        then();
        return;
      }
      const timer = setTimeout(() => {
        pending.delete(timer);
        then();
      }, ms);
      pending.add(timer);
    },
    clear() {
      for (const timer of pending) clearTimeout(timer);
      pending.clear();
    },
  };
}
