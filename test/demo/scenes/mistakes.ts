import type { OperationStart } from '../../emulator/schema.ts';
import { ON_CALL } from '../caller.ts';
import type { Expected, Fate } from '../checks.ts';
import { jsonText } from '../json-text.ts';
import type { Stage } from '../stage.ts';
import type { Plan } from '../step.ts';
import { CANCEL_SENT, NONE_SENT, type Scene, shown } from './scene.ts';

/** What goes wrong: in the command, with the caller, and at Datastream. */
export const mistakes: Scene = {
  title: 'What goes wrong gets a clear answer, and a record that is true',
  name: 'What goes wrong',
  async *plans(stage) {
    yield fullUrl(stage);
    yield withoutToken(stage);
    yield ofAnotherProject(stage);
    yield completesAnyway(stage);
    yield cannotBeCancelled(stage);
  },
};

const UNTOUCHED: Fate = { state: 'running', cancels: 0 };

function fullUrl(stage: Stage): Plan {
  const name = start(stage, 'payments');
  return plan(stage, {
    story: 'Somebody pastes a full URL in place of the name.',
    operation: name,
    sent: `https://datastream.googleapis.com/v1/${name}`,
    fate: UNTOUCHED,
    expected: { outcome: 'INVALID', http: 400, principal: ON_CALL.email, phases: NONE_SENT },
  });
}

function withoutToken(stage: Stage): Plan {
  const name = start(stage, 'payments');
  return plan(stage, {
    story: 'The service was made public by mistake, and a stranger calls without a token.',
    operation: name,
    stranger: true,
    fate: UNTOUCHED,
    expected: { outcome: 'UNAUTHENTICATED', http: 401, principal: null, phases: NONE_SENT },
  });
}

function ofAnotherProject(stage: Stage): Plan {
  const name = start(stage, 'ledger', { project: 'acme-billing' });
  return plan(stage, {
    story: 'The operation is one of another project, which ALLOWED_PARENTS does not allow.',
    operation: name,
    fate: UNTOUCHED,
    expected: { outcome: 'DENIED', http: 403, principal: ON_CALL.email, phases: NONE_SENT },
  });
}

function completesAnyway(stage: Stage): Plan {
  const name = start(stage, 'refunds', { onCancel: { kind: 'completes' } });
  return plan(stage, {
    story: 'Datastream takes the cancel, but the operation is quicker and completes.',
    operation: name,
    fate: { state: 'completed', cancels: 1 },
    expected: { outcome: 'COMPLETED', http: 200, principal: ON_CALL.email, phases: CANCEL_SENT },
  });
}

function cannotBeCancelled(stage: Stage): Plan {
  const error = { code: 'UNIMPLEMENTED', message: 'CancelOperation is not implemented for this method.' } as const;
  const name = start(stage, 'returns', { onCancel: { kind: 'refuses', error } });
  return plan(stage, {
    story: 'Datastream does not support cancelling this operation.',
    operation: name,
    fate: { state: 'running', cancels: 1 },
    expected: { outcome: 'UNSUPPORTED', http: 501, principal: ON_CALL.email, phases: CANCEL_SENT },
  });
}

function start({ emulator }: Stage, stream: string, more: OperationStart = {}): string {
  const { project = emulator.projectId } = more;
  const target = `projects/${project}/locations/us-central1/streams/${stream}`;
  return emulator.startOperation({ target, ...more });
}

type Mistake = {
  readonly story: string;
  readonly operation: string;
  /** What is sent for a name, where that is not the operation's. */
  readonly sent?: string;
  readonly stranger?: boolean;
  readonly fate: Fate;
  readonly expected: Expected;
};

function plan(stage: Stage, { story, operation, sent = operation, stranger, fate, expected }: Mistake): Plan {
  const body = jsonText({ name: sent });
  return {
    story,
    asked: sent === operation ? shown(body) : body,
    fates: new Map([[operation, fate]]),
    act: async () => [await stage.post({ ...(!stranger && { caller: ON_CALL }), body })],
    expected: [expected],
  };
}
