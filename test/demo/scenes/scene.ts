import type { Stage } from '../stage.ts';
import type { Plan } from '../step.ts';

/** A scene of the demo. */
export type Scene = {
  readonly title: string;
  /** Of one or two words, for the summary. */
  readonly name: string;
  /** Starts what it needs in the emulator, and brings what is to be carried out, one after the other. */
  readonly plans: (stage: Stage) => AsyncIterable<Plan>;
};

/** What the log has where a cancel was sent, and where none was. */
export const CANCEL_SENT = 'INTENT, RESULT';
export const NONE_SENT = 'RESULT';

/** A command or an envelope as text that a person can take in: long names lose what all of them have in common. */
export function shown(text: string): string {
  return text.replaceAll(/projects\/[^"]+\/operations\//g, '…/');
}
