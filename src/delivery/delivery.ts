import type { Reason } from '../terms/reason.ts';

/** Who brought a command, as far as what it came in tells. Nothing of it decides trust. */
export type Trigger = {
  type: 'PUBSUB' | 'SCHEDULER' | 'WEBHOOK';
  /** The message id, the job with its schedule time, or the webhook's id. */
  deliveryId: string | null;
  source: string | null;
  eventTime: string | null;
  deliveryAttempt: number | null;
};

/** What came, and in whose name. */
export type Delivery = {
  trigger: Trigger;
  /** The command's bytes, or why they cannot be had from what is around them. */
  payload: Buffer | Reason;
};

/** The id that all deliveries of one message, one scheduled run or one webhook share; undefined where they have none. */
export function deliveredId({ type, deliveryId }: Trigger): string | undefined {
  return deliveryId === null ? undefined : `${type.toLowerCase()}:${deliveryId}`;
}
