import type { Settings } from '../settings.ts';
import type { Duration } from '../terms/duration.ts';
import type { Violation } from '../terms/refusal.ts';

/** What every command says. */
type Common = {
  reason: string | null;
  requestId: string | null;
  validateOnly: boolean;
  /** How long to watch; `DEFAULT_WAIT` where the command does not say. */
  wait: Duration;
  untilDone: boolean;
};

/** Cancel the one operation that is named. */
export type CancelOne = Common & { kind: 'one'; name: string };

/** Cancel the operations that are named: 1 to `MAX_OPERATIONS`, of one project, each once. */
export type CancelNamed = Common & { kind: 'named'; names: string[] };

/** Cancel those operations of a parent, one location or `-` for all, that a selection finds. */
export type CancelSelected = Common & { kind: 'selected'; parent: string; select: Selection; maxOperations: number };

export type Command = CancelOne | CancelNamed | CancelSelected;

/** Which operations of a parent are meant: what is given must all hold. `minAge` is a Duration since createTime. */
export type Selection = { verbs: string[] | null; target: string | null; minAge: string | null };

/** What could be read of a malformed command, for the record: null or false where nothing valid was given. */
export type Legible = {
  name: string | null;
  names: string[] | null;
  parent: string | null;
  select: Selection | null;
  maxOperations: number | null;
  reason: string | null;
  requestId: string | null;
  validateOnly: boolean;
  wait: string | null;
  untilDone: boolean;
};

/** A command, or every problem with it beside what could be read of it all the same. */
export type CommandResult = { ok: true; command: Command } | { ok: false; violations: Violation[]; legible: Legible };

/** Makes the reader of commands. What comes in is the payload, without an envelope; nothing is thrown. */
export declare function commandReader(settings: Settings): (payload: Buffer) => CommandResult;
