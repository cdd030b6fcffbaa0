import assert from 'node:assert/strict';
import { carryOut } from '../../../src/cancellation/carry-out.ts';
import { looker } from '../../../src/cancellation/look.ts';
import { type ApiError, apiError, isApiError } from '../../../src/google/api-error.ts';
import type { Session } from '../../../src/google/datastream.ts';
import type { OperationState } from '../../../src/google/operation.ts';
import { readSettings } from '../../../src/settings.ts';
import { deadlineIn, NO_SHUTDOWN } from '../../../src/terms/clock.ts';
import { durationOf } from '../../../src/terms/duration.ts';
import type { CodeName } from '../../../src/terms/status.ts';
import { heldClock } from '../../support/clock.ts';
import { freshRecord } from '../../support/record.ts';

/*
 * The decision between cancel, read and wait, shown every answer that Datastream may give to every call, to a bounded depth,
 * against a model of an operation that knows what was really carried out.
 */

const NAME = 'projects/acme-data/locations/us-central1/operations/operation-1';
const DEADLINE = 40_000;

/** What is true of the operation. */
type Truth = 'running' | 'requested' | 'cancelled' | 'completed' | 'failed';

/** One answer to a cancel: what the function sees, and what becomes of the operation. */
type CancelAnswer = { sees: 'taken' | ApiError; becomes?: Truth; sent?: false };

const lost = (code: CodeName, retriable: boolean) => apiError(code, 'Lost.', { lost: true, retriable });

const CANCEL_ANSWERS: readonly CancelAnswer[] = [
  { sees: 'taken', becomes: 'requested' },
  { sees: 'taken', becomes: 'cancelled' },
  ...(['running', 'requested', 'cancelled'] as const).flatMap((becomes) => [
    { sees: lost('UNAVAILABLE', true), becomes },
    { sees: lost('INTERNAL', false), becomes },
    { sees: apiError('CANCELLED', 'It says so.'), becomes },
  ]),
  { sees: apiError('FAILED_PRECONDITION', 'Not now.') },
  { sees: apiError('FAILED_PRECONDITION', 'It is done.'), becomes: 'completed' },
  { sees: apiError('RESOURCE_EXHAUSTED', 'Too many calls.', { retriable: true }) },
  { sees: apiError('UNAVAILABLE', 'Not reached.', { retriable: true }), sent: false },
  { sees: apiError('PERMISSION_DENIED', 'No.') },
  { sees: apiError('NOT_FOUND', 'Not there.') },
  { sees: apiError('UNIMPLEMENTED', 'Never.') },
];

/** What happens before a read is answered, and whether it is answered by the truth. */
type ReadAnswer = { becomes?: Partial<Record<Truth, Truth>>; sees?: ApiError };

const READ_ANSWERS: readonly ReadAnswer[] = [
  {},
  { becomes: { requested: 'cancelled', running: 'completed' } },
  { becomes: { requested: 'failed' } },
  { sees: apiError('UNAVAILABLE', 'No read.') },
  { sees: apiError('PERMISSION_DENIED', 'No read.') },
];

/** Calls for which every answer is tried; each later one gets the first of its list. */
const DEPTH = 6;

describe('every sequence of answers to cancel and read', () => {
  for (const first of ['running', 'requested'] as const) {
    it(`holds the promises where the first look shows it ${first}`, async () => {
      let sequences = 0;
      for (const choose of everyChoice(DEPTH)) {
        await play(first, choose);
        sequences += 1;
      }
      assert.ok(sequences > (first === 'running' ? 10_000 : 20), `only ${sequences} sequences were tried`);
    }).timeout(60_000);
  }
});

/** Plays one sequence, and holds what comes out against what the model knows. */
async function play(first: Truth, choose: (options: number) => number): Promise<void> {
  const clock = heldClock();
  const deadline = deadlineIn(clock, DEADLINE, NO_SHUTDOWN);
  const model = operationModel(first, choose);
  const phases: string[] = [];
  const log = {
    intent: async () => phases.push(model.calls.length === 0 ? 'INTENT' : 'late INTENT') > 0,
    result: async () => phases.push('RESULT') > 0,
  };
  const session: Session = { ...NO_LISTS, deadline, get: model.get, cancel: model.cancel };
  const candidate = { name: NAME, record: freshRecord(), before: stateOf(first) };
  const order = { validateOnly: false, wait: durationOf('0.6s'), session, look: looker(session) };
  const reports = await carryOut([candidate], order, { settings: SETTINGS, log, clock });
  const [record] = reports.map((report) => report.record);
  assert.ok(record !== undefined && reports.length === 1);
  const story = JSON.stringify({ first, calls: model.calls, outcome: record.outcome, after: record.operationAfter });

  const tried = model.calls.filter(({ call }) => call === 'cancel').length;
  assert.deepEqual(phases, tried > 0 ? ['INTENT', 'RESULT'] : ['RESULT'], story);
  assert.equal(record.cancelAttempts, model.sent(), story);
  assert.ok(clock.elapsed() <= DEADLINE, story);
  if (first === 'requested') assert.equal(tried, 0, story);

  const shown = model.calls.flatMap(({ call, sees }) => (call === 'get' && !isApiError(sees) ? [sees] : []));
  if (record.operationAfter !== null) assert.deepEqual(record.operationAfter, shown.at(-1) ?? stateOf(first), story);
  const last = shown.at(-1);
  switch (record.outcome) {
    case 'CANCELLED':
      assert.equal(model.truth(), 'cancelled', story);
      assert.equal(last?.errorCode, 1, story);
      break;
    case 'COMPLETED':
      assert.equal(model.truth(), 'completed', story);
      break;
    case 'FAILED':
      assert.equal(model.truth(), 'failed', story);
      break;
    case 'CANCEL_REQUESTED':
      assert.ok(first === 'requested' || model.taken() || last?.requestedCancellation, story);
      break;
    case 'UNKNOWN':
      assert.ok(model.mayHaveBeenTaken(), story);
      break;
    case 'ERROR':
    case 'NOT_FOUND':
    case 'UNSUPPORTED':
      assert.ok(!model.taken() && (!model.wasCarriedOut() || last?.requestedCancellation === false), story);
      break;
    default:
      assert.fail(story);
  }
}

/** An operation that answers as chosen, and refuses a second cancel that nothing calls for. */
function operationModel(first: Truth, choose: (options: number) => number) {
  let truth = first;
  let sent = 0;
  let taken = false;
  let carriedOut = false;
  let doubtful = false;
  /** Whether what was seen last allows a cancel. */
  let needed = first === 'running';
  const calls: ({ call: 'get'; sees: OperationState | ApiError } | { call: 'cancel'; sees: string })[] = [];

  return {
    calls,
    truth: () => truth,
    sent: () => sent,
    taken: () => taken,
    wasCarriedOut: () => carriedOut,
    mayHaveBeenTaken: () => taken || doubtful,
    get: async () => {
      const { becomes, sees } = pick(READ_ANSWERS, choose);
      truth = becomes?.[truth] ?? truth;
      const answer = sees ?? stateOf(truth);
      if (!isApiError(answer)) needed = !answer.done && !answer.requestedCancellation;
      calls.push({ call: 'get', sees: answer });
      return answer;
    },
    cancel: async (_name: string, _reason: string, onSent: () => void) => {
      assert.ok(needed, `a cancel without need after ${JSON.stringify(calls)}`);
      const { sees, becomes, sent: isSent = true } = pick(CANCEL_ANSWERS, choose);
      calls.push({ call: 'cancel', sees: sees === 'taken' ? sees : sees.code });
      if (isSent) {
        sent += 1;
        onSent();
      }
      if (becomes !== undefined && becomes !== 'running') {
        carriedOut ||= becomes !== 'completed';
        if (truth === 'running') truth = becomes;
      }
      if (sees === 'taken') {
        taken = true;
        return { kind: 'taken' } as const;
      }
      const proves = ['RESOURCE_EXHAUSTED', 'PERMISSION_DENIED', 'NOT_FOUND', 'UNIMPLEMENTED'].includes(sees.code) || !isSent;
      doubtful ||= !proves;
      needed = needed && proves;
      return sees;
    },
  };
}

function pick<T>(answers: readonly T[], choose: (options: number) => number): T {
  const answer = answers[choose(answers.length)];
  assert.ok(answer !== undefined);
  return answer;
}

/** Every way to choose, up to `depth` choices a way: each brings a function that answers the choices in turn. */
function* everyChoice(depth: number): Generator<(options: number) => number> {
  const path: { chosen: number; options: number }[] = [];
  for (;;) {
    let at = 0;
    yield (options) => {
      if (at >= depth) return 0;
      path[at] ??= { chosen: 0, options };
      return path[at++]?.chosen ?? 0;
    };
    path.length = Math.min(path.length, at);
    while (path.length > 0) {
      const last = path.at(-1);
      if (last !== undefined && ++last.chosen < last.options) break;
      path.pop();
    }
    if (path.length === 0) return;
  }
}

function stateOf(truth: Truth): OperationState {
  const ends = { running: null, requested: null, cancelled: 1, completed: null, failed: 13 };
  return {
    done: truth !== 'running' && truth !== 'requested',
    errorCode: ends[truth],
    errorMessage: null,
    verb: 'create',
    target: null,
    createTime: null,
    endTime: null,
    requestedCancellation: truth === 'requested' || truth === 'cancelled' || truth === 'failed',
    statusMessage: null,
    errorReason: null,
    validations: [],
  };
}

const NO_LISTS = {
  list: async () => apiError('INTERNAL', 'Nothing is listed here.'),
  locations: async () => apiError('INTERNAL', 'Nothing is listed here.'),
};

const read = readSettings({});
assert.ok(read.ok);
const SETTINGS = read.settings;
