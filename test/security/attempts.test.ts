import assert from 'node:assert/strict';
import type { AuditRecord } from '../../src/record/schema.ts';
import type { ReceivedRequest } from '../emulator/requests.ts';
import { type Entry, entryOf } from '../support/entry.ts';
import { checkedRecord } from '../support/record.ts';
import type { Attempt, Expected } from './attempt.ts';
import { CALLER_ATTEMPTS, CERTIFICATE_ATTEMPTS } from './caller-attempts.ts';
import { BOTH_ATTEMPTS, CARRIER_ATTEMPTS, ONE_WAY_ATTEMPTS, OVERSIZED_ATTEMPTS } from './carrier-attempts.ts';
import { CLOUD_RUN_ATTEMPTS, FORGED_HEADER_ATTEMPTS, METHOD_ATTEMPTS } from './cloud-run-attempts.ts';
import { LIMIT_ATTEMPTS } from './limit-attempts.ts';
import { BODY_ATTEMPTS, NAME_ATTEMPTS } from './name-attempts.ts';
import { PARENT_ATTEMPTS } from './parent-attempts.ts';
import { type Answer, type Sent, send } from './post.ts';
import { assertNothingSecret, secretsOf } from './secrets.ts';
import { CLAIM_ATTEMPTS, FORGED_TOKEN_ATTEMPTS } from './token-attempts.ts';
import { WEBHOOK_ATTEMPTS } from './webhook-attempts.ts';
import { startWorld, type World } from './world.ts';

/** Every way in that must be shut. */
const ATTEMPTS: Readonly<Record<string, readonly Attempt[]>> = {
  'tokens that Google signed for something else': CLAIM_ATTEMPTS,
  'tokens that Google did not sign': FORGED_TOKEN_ATTEMPTS,
  'sound tokens in the wrong place': CARRIER_ATTEMPTS,
  'requests that are larger than HTTP allows, or two in one': OVERSIZED_ATTEMPTS,
  'a token and a signature of which one does not hold': BOTH_ATTEMPTS,
  'the way in that is not set up': ONE_WAY_ATTEMPTS,
  'webhooks whose signature does not hold': WEBHOOK_ATTEMPTS,
  'headers that anybody can send, in place of a proof': FORGED_HEADER_ATTEMPTS,
  'a service that was made public by mistake': CLOUD_RUN_ATTEMPTS,
  'other methods than POST': METHOD_ATTEMPTS,
  "Google's certificates are not to be had": CERTIFICATE_ATTEMPTS,
  'callers that are not listed': CALLER_ATTEMPTS,
  'projects and locations that are not allowed': PARENT_ATTEMPTS,
  'verbs, reasons, ages, numbers and sizes': LIMIT_ATTEMPTS,
  'names that are none': NAME_ATTEMPTS,
  'bodies that may be read in two ways': BODY_ATTEMPTS,
};

describe('section 7: every way in that must be shut', () => {
  let world: World;
  let made = 0;
  let letIn = 0;

  before(async () => {
    world = await startWorld();
  });

  after(() => world[Symbol.asyncDispose]());

  for (const [title, rows] of Object.entries(ATTEMPTS)) {
    describe(title, () => {
      for (const row of rows) {
        it(`${row.attempt}: ${told(row.expected)}`, async () => {
          made += 1;
          const result = await make(row, world);
          if (wasLetIn(result)) letIn += 1;
          assertShut(row, result);
          assertNothingSecret([result.answer.body, ...result.text], secretsOf(result.sent));
        });
      }
    });
  }

  describe('in all', () => {
    it('none was let in', function () {
      // The line of this test is the sum of the list above.
      if (this.test !== undefined) this.test.title = `${made} attempts, ${letIn} let in`;
      assert.equal(letIn, 0);
      assert.equal(made, Object.values(ATTEMPTS).flat().length);
    });
  });
});

function told({ http, outcome, rule }: Expected): string {
  return [http, outcome, rule].filter((part) => part !== null && part !== undefined).join(' ');
}

/** What an attempt came to. */
type Made = {
  sent: Sent;
  answer: Answer;
  lines: readonly Entry[];
  text: readonly string[];
  asked: readonly ReceivedRequest[];
};

/** Makes an attempt, and brings what came back, what the function wrote and what Datastream was asked meanwhile. */
async function make({ at, request }: Attempt, world: World): Promise<Made> {
  const { emulator } = world;
  const { lines, url } = world.site(at);
  const sent = request(world);
  const [written, received] = [lines.length, emulator.requests.length];
  const answer = await send(url, sent);
  const text = lines.slice(written);
  const asked = emulator.requests.slice(received).filter(({ kind }) => !BESIDE_DATASTREAM.has(kind));
  return { sent, answer, text, lines: text.map(entryOf), asked };
}

const BESIDE_DATASTREAM: ReadonlySet<string> = new Set(['token', 'metadata', 'certs']);

/** Whether something was cancelled or was about to be. */
function wasLetIn({ lines, asked }: Made): boolean {
  return (
    asked.some(({ kind }) => kind === 'cancel' || kind === 'delete') || lines.some(({ phase }) => phase === 'INTENT')
  );
}

function assertShut({ expected }: Attempt, { answer, lines, asked }: Made): void {
  assert.equal(answer.http, expected.http, answer.body);
  const kinds = asked.map(({ kind }) => kind).filter((kind) => kind !== 'get' && kind !== 'list');
  assert.deepEqual(expected.reads === true ? kinds : asked, [], 'Datastream was asked');
  if (expected.outcome === null) {
    assert.deepEqual(lines, []);
    return;
  }
  assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(answer.headers['cache-control'], 'no-store');
  const record = checkedRecord(JSON.parse(answer.body));
  assert.equal(record.outcome, expected.outcome, answer.body);
  assert.equal(record.cancelAttempts, 0);
  if (expected.status !== undefined) assert.equal(record.status?.name, expected.status);
  assertJudged(expected, record);
  assert.deepEqual(
    lines.map(({ phase, severity }) => [phase, severity]),
    [['RESULT', expected.outcome === 'ERROR' ? 'ERROR' : 'WARNING']],
  );
  assert.deepEqual(lines[0]?.audit, { ...record, results: null });
}

/** A record names the setting that refused, and believes nothing of a caller that was not identified. */
function assertJudged({ outcome, rule }: Expected, { authorizationInfo, authenticationInfo }: AuditRecord): void {
  if (rule !== undefined) assert.deepEqual([authorizationInfo.granted, authorizationInfo.rule], [false, rule]);
  if (outcome !== 'UNAUTHENTICATED') return;
  assert.deepEqual(authenticationInfo, { principalEmail: null, principalSubject: null, verifiedBy: null });
  assert.deepEqual([authorizationInfo.granted, authorizationInfo.rule], [null, null]);
}
