import type { Settings } from './settings.ts';

/*
 * How `REQUEST_DEADLINE` is divided, in milliseconds: everything that waits for others ends early enough for the RESULT to
 * be written and the answer to be sent.
 */

/** The part that is kept for recording and answering, and the most of it. */
const PART_TO_ANSWER = 0.1;
const MOST_TO_ANSWER = 500;

/** The time for everything before the RESULT. */
export function timeToWork(settings: Settings): number {
  return settings.REQUEST_DEADLINE - timeToAnswer(settings);
}

/** The time in which the RESULT must leave the process. */
export function timeToWrite(settings: Settings): number {
  return timeToAnswer(settings) * 0.8;
}

function timeToAnswer({ REQUEST_DEADLINE: all }: Settings): number {
  return Math.min(MOST_TO_ANSWER, all * PART_TO_ANSWER);
}
