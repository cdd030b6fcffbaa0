import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { entryOf } from '../support/entry.ts';
import { checkedRecord } from '../support/record.ts';
import { type Sent, send } from './post.ts';
import { bearer, CURRENT_SECRET, handedOn, NEXT_SECRET, PRINCIPAL, RETIRED_SECRET, webhookHeaders } from './proofs.ts';
import { assertNothingSecret, secretsOf } from './secrets.ts';
import { ADMITTED, type Admitted, KNOWN_LIMITS } from './sound-requests.ts';
import { command, type SiteName, startWorld, type World } from './world.ts';

describe('section 7: who is let in, and what of the request is believed', () => {
  let world: World;

  before(async () => {
    world = await startWorld();
  });

  after(() => world[Symbol.asyncDispose]());

  /** Sends a request and brings its record, after a look for secrets in all that came of it. */
  async function ask(at: SiteName, sent: Sent) {
    const { url, lines } = world.site(at);
    const written = lines.length;
    const { http, body } = await send(url, sent);
    const text = lines.slice(written);
    assertNothingSecret([body, ...text], secretsOf(sent));
    return { http, record: checkedRecord(JSON.parse(body)), entries: text.map(entryOf) };
  }

  /** The world with an operation of its own, running. */
  function fresh(start = {}): World {
    return { ...world, operation: world.emulator.startOperation(start) };
  }

  function cancelsOf(operation: string): number {
    return world.emulator.requests.filter(({ kind, name }) => kind === 'cancel' && name === operation).length;
  }

  function headersOfLastCancel(): IncomingHttpHeaders & { traceparent?: string } {
    const cancel = world.emulator.requests.findLast(({ kind }) => kind === 'cancel');
    if (cancel === undefined) throw new Error('No cancel reached Datastream.');
    return cancel.headers;
  }

  function isLetIn({ title, at, request, caller, rule, operation }: Admitted) {
    it(`${title}: CANCELLED`, async () => {
      const own = fresh(operation);
      const { http, record, entries } = await ask(at, request(own));
      assert.equal(record.outcome, 'CANCELLED', JSON.stringify(record.status));
      assert.equal(http, 200);
      assert.deepEqual(record.authenticationInfo, caller);
      assert.equal(record.authorizationInfo.granted, true);
      if (rule !== undefined) assert.equal(record.authorizationInfo.rule, rule);
      assert.deepEqual(
        entries.map(({ phase, audit }) => [phase, audit.authenticationInfo]),
        [
          ['INTENT', caller],
          ['RESULT', caller],
        ],
      );
      assert.equal(cancelsOf(own.operation), 1);
    });
  }

  describe('sound requests', () => {
    for (const row of ADMITTED) isLetIn(row);
  });

  describe('limits that docs/security.md owns up to', () => {
    for (const row of KNOWN_LIMITS) isLetIn(row);
  });

  it('a webhook that is replayed within five minutes finds the operation done and sends nothing', async () => {
    const own = fresh();
    const body = command(own);
    const sent = { headers: webhookHeaders({ body }), body };
    assert.equal((await ask('verify', sent)).record.outcome, 'CANCELLED');
    assert.equal((await ask('verify', sent)).record.outcome, 'ALREADY_DONE');
    assert.equal(cancelsOf(own.operation), 1);
  });

  it('a secret is rotated without a gap: under both while both are set, then under the new one alone', async () => {
    const outcome = async (at: SiteName, secret: string) => {
      const own = fresh();
      const body = command(own);
      return (await ask(at, { headers: webhookHeaders({ body, secret }), body })).record.outcome;
    };
    const told = async (secret: string) => [await outcome('webhooksOnly', secret), await outcome('verify', secret)];
    // `webhooksOnly` runs with the current secret alone, `verify` with the next one beside it.
    assert.deepEqual(await told(CURRENT_SECRET), ['CANCELLED', 'CANCELLED']);
    assert.deepEqual(await told(NEXT_SECRET), ['UNAUTHENTICATED', 'CANCELLED']);
    assert.deepEqual(await told(RETIRED_SECRET), ['UNAUTHENTICATED', 'UNAUTHENTICATED']);
  });

  it('requests at the same time are not taken for one another', async () => {
    const people = Array.from({ length: 40 }, (_, index) => `person-${index}@example.com`);
    await Promise.all(
      people.map(async (email, index) => {
        const own = fresh();
        const token = index % 4 === 3 ? {} : bearer(handedOn({ email, sub: String(index) }));
        const { url } = world.site('exposed');
        const { body } = await send(url, { headers: token, body: command(own) });
        const { outcome, resourceName, authenticationInfo } = checkedRecord(JSON.parse(body));
        const refused = index % 4 === 3;
        assert.equal(outcome, refused ? 'UNAUTHENTICATED' : 'CANCELLED');
        assert.equal(resourceName, refused ? null : own.operation);
        assert.equal(authenticationInfo.principalEmail, refused ? null : email);
        assert.equal(cancelsOf(own.operation), refused ? 0 : 1);
      }),
    );
  });

  it('the sentence in the log does not take what a body says for who asked', async () => {
    const own = fresh();
    const message = { data: Buffer.from(own.operation).toString('base64'), messageId: '1' };
    const body = JSON.stringify({ message, subscription: 'root@example.com' });
    const { entries } = await ask('verify', { headers: webhookHeaders({ body }), body });
    assert.equal(entries.length, 2);
    for (const entry of entries) assert.match(entry.message, /\(PUBSUB, from root@example\.com\)/);
    const known = fresh();
    const asked = await ask('exposed', { headers: bearer(handedOn()), body: command(known) });
    for (const entry of asked.entries) assert.match(entry.message, new RegExp(`\\(WEBHOOK, by ${PRINCIPAL}\\)`));
  });

  describe('the address of the caller', () => {
    const rows: readonly [title: string, forwarded: string | undefined, callerIp: string][] = [
      ['is what Google’s front end adds, whatever the caller sent before it', '127.0.0.1, 203.0.113.7', '203.0.113.7'],
      ['is the last of many', '10.0.0.1,10.0.0.2 ,2001:db8::7', '2001:db8::7'],
      ['is that of the connection without the header', undefined, '127.0.0.1'],
      ['is that of the connection where the header has none', 'localhost', '127.0.0.1'],
      ['is that of the connection where text stands behind an address', '203.0.113.7 or so', '127.0.0.1'],
      ['has no zone, which may be any text', `fe80::1%${'a'.repeat(3000)}`, '127.0.0.1'],
    ];
    for (const [title, forwarded, callerIp] of rows) {
      it(title, async () => {
        const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
        const { record } = await ask('open', { headers, body: command(world, { validateOnly: true }) });
        assert.equal(record.requestMetadata.callerIp, callerIp);
      });
    }
  });

  describe('what a caller says goes nowhere else', () => {
    it('a reason makes one header and no more, whatever its characters end in', async () => {
      const own = fresh();
      // The low bytes of these are those of CR and LF.
      const reason = 'because\u010D\u010AX-Injected: 1 50%';
      const { record } = await ask('open', { body: command(own, { reason }) });
      const headers = headersOfLastCancel();
      assert.equal(record.reason, reason);
      assert.equal(headers['x-goog-request-reason'], `${record.auditId} because%C4%8D%C4%8AX-Injected: 1 50%25`);
      assert.equal(headers['x-injected'], undefined);
    });

    it('of its headers nothing reaches Datastream but a trace that is one', async () => {
      const own = fresh();
      const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const forged = {
        ...bearer(handedOn()),
        'x-goog-user-project': 'other-project',
        'x-goog-api-key': 'AIzaSy',
        'x-goog-request-reason': 'none',
        'x-forwarded-for': '192.0.2.1',
        cookie: 'session=1',
        traceparent: trace,
      };
      await ask('open', { headers: forged, body: command(own) });
      const headers = headersOfLastCancel();
      const { authorization, 'x-goog-request-reason': why, traceparent, ...others } = headers;
      assert.match(String(authorization), /^Bearer ya29\./);
      assert.notEqual(why, 'none');
      assert.equal(traceparent, trace);
      for (const name of Object.keys(forged)) assert.equal(others[name], undefined, name);
    });

    it('a trace that is none goes nowhere', async () => {
      const own = fresh();
      await ask('open', { headers: { traceparent: '00-1-2-3, x: y' }, body: command(own) });
      assert.equal(headersOfLastCancel().traceparent, undefined);
    });
  });
});
