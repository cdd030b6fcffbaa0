import assert from 'node:assert/strict';
import { rpcCodes } from '../emulator/errors.ts';
import type { OperationStart } from '../emulator/schema.ts';
import { breakLaterReads, type Expected, expectOutcome, ok } from './expected.ts';
import { type HeldStage, startHeldStage } from './held-stage.ts';

type RefusedCase = Expected & { readonly now: string; readonly becomes?: Refusal['becomes'] };
type Refusal = Extract<NonNullable<OperationStart['onCancel']>, { kind: 'refuses' }>;

const PRECONDITION: readonly RefusedCase[] = [
  { now: 'is done with code 1', becomes: { kind: 'cancels' }, ...ok('CANCELLED') },
  { now: 'has completed', becomes: { kind: 'completes' }, ...ok('COMPLETED') },
  { now: 'has failed', becomes: { kind: 'fails', code: 'ABORTED' }, ...ok('FAILED') },
  { now: 'still runs', outcome: 'ERROR', http: 400, code: 9, attempts: 1 },
];

/** The HTTP status of each code. Source: google/rpc/code.proto. */
const HTTP = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];

/** How often a call is made that is answered with this code, where it is not once. */
const ATTEMPTS: ReadonlyMap<string, number> = new Map([
  ['UNAVAILABLE', 5],
  ['RESOURCE_EXHAUSTED', 5],
  ['UNAUTHENTICATED', 2],
]);

const REFUSALS = rpcCodes.flatMap((code, number) => (code === 'OK' ? [] : [{ code, number, http: HTTP[number] ?? 0 }]));

describe('section 4: cancels that are refused', () => {
  let stage: HeldStage;

  before(async () => {
    stage = await startHeldStage();
    // From here on the token has served before, so that one which is refused is renewed once.
    await stage.act(stage.emulator.startOperation());
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.reset());

  describe('FAILED_PRECONDITION is not an error in itself: the operation is read again and counts as it stands', () => {
    const error = { code: 'FAILED_PRECONDITION' } as const;

    for (const { now, becomes, ...expected } of PRECONDITION) {
      it(`${expected.outcome} where it ${now}`, async () => {
        const name = stage.emulator.startOperation({ onCancel: { kind: 'refuses', error, becomes } });
        const { record } = await expectOutcome(stage, name, {}, expected);
        assert.equal(record.operationAfter?.done, becomes !== undefined);
        assert.deepEqual(stage.calls(), ['get', 'cancel', 'get']);
      });
    }

    it('UNKNOWN where it cannot be read', async () => {
      const name = stage.emulator.startOperation({
        onCancel: { kind: 'refuses', error, becomes: { kind: 'cancels' } },
      });
      breakLaterReads(stage);
      await expectOutcome(stage, name, {}, { outcome: 'UNKNOWN', http: 503, code: 14, attempts: 1 });
    });
  });

  describe("the outcome has Datastream's own code where it refuses", () => {
    for (const { code, number, http } of REFUSALS) {
      const attempts = ATTEMPTS.get(code) ?? 1;
      const outcome = code === 'NOT_FOUND' ? code : code === 'UNIMPLEMENTED' ? 'UNSUPPORTED' : 'ERROR';

      it(`the cancel with ${code}: ${outcome}`, async () => {
        const message = `Datastream says ${code}.`;
        const name = stage.emulator.startOperation({ onCancel: { kind: 'refuses', error: { code, message } } });
        const { record } = await expectOutcome(stage, name, {}, { outcome, http, code: number, attempts });
        assert.ok(record.status.message.startsWith(message), record.status.message);
        assert.equal(record.operationAfter?.done, false);
      });

      it(`the first read with ${code}: ${code === 'NOT_FOUND' ? code : 'ERROR'}, and nothing is cancelled`, async () => {
        const name = stage.emulator.startOperation();
        stage.emulator.fault({ on: 'get', fault: { kind: 'error', error: { code } } });
        const expected = { outcome: code === 'NOT_FOUND' ? code : 'ERROR', http, code: number, attempts: 0 };
        const { record } = await expectOutcome(stage, name, {}, expected);
        assert.equal(record.operationBefore, null);
        assert.equal(stage.emulator.counts.requests.get, attempts);
      });
    }
  });

  it('a refusal stands where the read after it fails', async () => {
    const name = stage.emulator.startOperation({ onCancel: { kind: 'refuses', error: { code: 'PERMISSION_DENIED' } } });
    breakLaterReads(stage);
    const expected = { outcome: 'ERROR', http: 403, code: 7, attempts: 1 };
    const { record } = await expectOutcome(stage, name, {}, expected);
    assert.equal(record.operationAfter, null);
  });
});
