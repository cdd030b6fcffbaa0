import assert from 'node:assert/strict';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import type { ReceivedRequest } from '../emulator/requests.ts';
import { entryOf } from '../support/entry.ts';
import { type FunctionUnderTest, startFunction } from '../support/function.ts';
import { checkedRecord } from '../support/record.ts';
import {
  ACCESS_TOKENS,
  ANY_TOKEN,
  BAD_TOKEN_ANSWERS,
  bodiesWith,
  ECHOES,
  issue,
  PARENT,
  RECORDED_HEADERS,
} from './leaks.ts';
import { type Sent, send } from './post.ts';
import { CURRENT_SECRET, handedOn } from './proofs.ts';
import { assertNothingSecret } from './secrets.ts';

/** Characters of a secret that tell nothing yet. */
const LONGEST_REST = 16;

describe('section 5: nothing secret in an answer or the log, whatever fails', () => {
  let emulator: Emulator;
  let lair: Emulator;
  let site: FunctionUnderTest;

  before(async () => {
    emulator = await startEmulator();
    lair = await startEmulator();
  });

  beforeEach(async () => {
    emulator.reset();
    site = await startFunction({ ...emulator.environment, DEFAULT_WAIT: '0s' });
  });

  afterEach(() => site[Symbol.asyncDispose]());

  after(async () => {
    await emulator.close();
    await lair.close();
  });

  /** Sends a request, asserts that none of `secrets` and no part of one came out, and brings the record. */
  async function ask(sent: Sent, secrets: readonly string[]) {
    const { body } = await send(site.url, sent);
    const parts = secrets.flatMap((secret) => [secret.slice(0, LONGEST_REST), secret.slice(-LONGEST_REST)]);
    assertNothingSecret([body, ...site.lines], parts);
    for (const line of site.lines) entryOf(line);
    return checkedRecord(JSON.parse(body));
  }

  const single = () => ({ body: emulator.startOperation({ id: 'operation-1' }) });
  const sweep = () => ({ body: JSON.stringify({ parent: PARENT, select: { minAge: '0s' } }) });

  describe('the access token of the runtime service account', () => {
    for (const token of ACCESS_TOKENS) {
      for (const [title, echo] of Object.entries(ECHOES)) {
        const echoed = ({ headers: { authorization = '' } }: ReceivedRequest) => echo(authorization, token);

        it(`${token}, repeated in ${title}`, async () => {
          emulator.fault({ on: 'token', fault: issue(token) });
          const one = single();
          emulator.fault({ on: 'cancel', times: 1, fault: echoed });
          await ask(one, [token]);
          emulator.fault({ on: ['get', 'list', 'cancel'], fault: echoed });
          await ask(one, [token]);
          await ask(sweep(), [token]);
          const used = emulator.requests.filter(({ headers }) => headers.authorization === `Bearer ${token}`);
          assert.deepEqual(new Set(used.map(({ kind }) => kind)), new Set(['get', 'list', 'cancel']));
        });
      }
    }

    for (const [title, answer] of Object.entries(BAD_TOKEN_ANSWERS)) {
      it(`in ${title} of the metadata server`, async () => {
        await site[Symbol.asyncDispose]();
        // The library goes on asking where it may help, so the deadline is what ends it.
        site = await startFunction({ ...emulator.environment, REQUEST_DEADLINE: '0.5s' });
        emulator.fault({ on: 'token', fault: answer(ANY_TOKEN) });
        const { outcome } = await ask(single(), [ANY_TOKEN]);
        assert.equal(outcome, 'ERROR');
        assert.equal(emulator.counts.requests.get, 0);
      });
    }

    it('does not follow a redirect to somebody else', async () => {
      emulator.fault({ on: 'datastream', fault: { kind: 'redirect', location: `${lair.url}/v1/x` } });
      const { outcome } = await ask(single(), []);
      assert.equal(outcome, 'ERROR');
      assert.deepEqual(lair.requests, []);
    });

    it('is not fetched from somebody else', async () => {
      emulator.fault({ on: 'token', fault: { kind: 'redirect', location: `${lair.url}/token` } });
      const { outcome } = await ask(single(), []);
      assert.equal(outcome, 'ERROR');
      assert.deepEqual(lair.requests, []);
    });
  });

  describe('what callers send where it does not belong', () => {
    const proofs = {
      'a token': handedOn(),
      'an access token': ANY_TOKEN,
      'a webhook secret': CURRENT_SECRET,
    };
    for (const [kind, proof] of Object.entries(proofs)) {
      for (const name of RECORDED_HEADERS) {
        it(`${kind} in ${name}`, async () => {
          const one = single();
          await ask({ ...one, headers: { [name]: proof } }, [proof]);
          await ask({ ...one, headers: { [name]: `${proof}${'.'.repeat(400)} ${proof}` } }, [proof]);
        });
      }

      for (const [title, body] of Object.entries(bodiesWith(proof))) {
        it(`${kind} in ${title}`, async () => {
          await ask({ body }, [proof]);
        });
      }
    }

    it('an access token in the reason is not passed on to Datastream either', async () => {
      const { body: name } = single();
      const { outcome, reason } = await ask({ body: JSON.stringify({ name, reason: `tried ${ANY_TOKEN}` }) }, [
        ANY_TOKEN,
      ]);
      assert.deepEqual([outcome, reason], ['CANCELLED', 'tried [redacted]']);
      const reasons = emulator.requests.map(({ headers }) => String(headers['x-goog-request-reason']));
      assertNothingSecret(reasons, [ANY_TOKEN]);
    });
  });
});
