import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds for which the machine is watched, and the share of its time that it must idle. */
const WATCHED = 40;
const IDLE = 0.95;

/** Milliseconds after which a measurement begins all the same. */
const MOST_PATIENCE = 3000;

/** Waits for a moment in which nobody else uses the machine, since a neighbor slows down one function and not the next. */
export async function quietMoment(): Promise<void> {
  const giveUp = performance.now() + MOST_PATIENCE;
  while (performance.now() < giveUp) {
    const before = times();
    await sleep(WATCHED);
    const after = times();
    if (after.idle - before.idle >= IDLE * (after.all - before.all)) return;
  }
}

function times(): { idle: number; all: number } {
  const each = cpus().map((core) => core.times);
  const idle = each.reduce((sum, { idle }) => sum + idle, 0);
  const all = each.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { idle, all };
}
