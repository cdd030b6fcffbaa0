import type { Outstanding } from './outstanding.ts';
import { type Answer, acknowledges } from './push.ts';
import type { Tally } from './statistics.ts';

/** One attempt to deliver a message, counted from 1. An acknowledgement that was lost on purpose counts as none. */
export interface Delivery extends Answer {
  readonly attempt: number;
  readonly acknowledged: boolean;
}

/** What delivering one message needs of the subscription. */
export interface Means {
  /** Posts the message; resolves whatever happens, unless no request can be made. */
  readonly post: (attempt: number) => Promise<Answer>;
  /** Waits between attempts; rejects when the subscription is closed. */
  readonly backOff: (attempt: number) => Promise<void>;
  readonly outstanding: Outstanding;
  readonly tally: Tally;
  readonly closing: AbortSignal;
  readonly maxDeliveryAttempts: number;
}

/**
 * Delivers one message until it is acknowledged or out of attempts, adding each finished attempt to `deliveries`.
 * With `loseAcknowledgement` the first acknowledgement is lost, unless it came with the last attempt.
 * Returns early when the subscription is closed.
 */
export async function deliverUntilDone(
  deliveries: Delivery[],
  loseAcknowledgement: boolean,
  means: Means,
): Promise<void> {
  const { tally, maxDeliveryAttempts } = means;
  let mayLose = loseAcknowledgement;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await attemptOnce(attempt, means);
    if (answer === undefined) return;
    const lost = mayLose && acknowledges(answer) && attempt < maxDeliveryAttempts;
    const acknowledged = acknowledges(answer) && !lost;
    deliveries.push({ ...answer, attempt, acknowledged });
    tally.delivered(answer);
    if (lost) {
      mayLose = false;
      tally.count('duplicated');
    }
    if (acknowledged) return tally.count('acknowledged');
    if (attempt >= maxDeliveryAttempts) return tally.count('deadLettered');
    await means.backOff(attempt);
  }
}

// Undefined where the subscription was closed first: an aborted request is nobody's failure and not counted.
async function attemptOnce(attempt: number, means: Means): Promise<Answer | undefined> {
  const place = await means.outstanding.acquire();
  let acknowledged = false;
  try {
    if (means.closing.aborted) return undefined;
    const answer = await means.post(attempt);
    acknowledged = acknowledges(answer);
    return means.closing.aborted ? undefined : answer;
  } finally {
    place.release(acknowledged);
  }
}
