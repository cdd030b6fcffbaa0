import { setImmediate } from 'node:timers/promises';

/** Milliseconds after which something that was to happen is taken for never happening. */
const PATIENCE = 10_000;

/**
 * Waits until `look` brings something other than undefined or false, and brings that. Throws with `what` where it takes
 * too long. It turns with the event loop instead of a timer, so that it also works while timers are mocked.
 */
export async function until<T>(what: string, look: () => T | undefined | false): Promise<T> {
  const giveUp = performance.now() + PATIENCE;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > giveUp) throw new Error(`Waited in vain for ${what}.`);
    await setImmediate();
  }
}
