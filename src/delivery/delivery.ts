import type { AuditRecord } from '../record/schema.ts';

export type Trigger = AuditRecord['trigger'];

/** Who brought a command, and the bytes of it. */
export type Delivery = {
  trigger: Trigger;
  /** The command's bytes, or what is wrong with the envelope around them. */
  payload: Buffer | { problem: string };
};
