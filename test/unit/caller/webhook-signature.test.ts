import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import type { Headers } from '../../../src/delivery/headers.ts';
import type { Reason } from '../../../src/terms/reason.ts';
import { CURRENT_SECRET, NEXT_SECRET, RETIRED_SECRET, type Signing, webhookHeaders } from '../../security/proofs.ts';
import { heldClock } from '../../support/clock.ts';
import { outcomeOf, wayIn } from './way-in.ts';

// At the end of a second: ages count in whole ones.
const clock = heldClock(0, Date.parse('2026-11-22T10:15:00.999Z'));
const NOW = Math.floor(clock.now() / 1000);
const BODY = Buffer.from('{"name": "projects/acme-data/locations/us-central1/operations/o"}');
const SETTINGS = { CALLER_AUTH: 'verify', WEBHOOK_SECRETS: `${CURRENT_SECRET},ci-runner=${NEXT_SECRET}` };

const authenticate = wayIn(SETTINGS, { clock });

const signed = (signing: Partial<Signing> = {}) => webhookHeaders({ body: BODY, at: NOW, ...signing });

/** Sound headers of which one is another, or missing. */
function changed(name: string, value: string | string[] | undefined, signing: Partial<Signing> = {}): Headers {
  return { ...signed(signing), [`webhook-${name}`]: value };
}

/** What comes of headers and body together: who signed, or the reason of the refusal. */
async function verdict(headers: Headers, body: Buffer = BODY): Promise<string | null> {
  return outcomeOf(async () => {
    const { checkBody } = await authenticate(headers);
    assert.ok(checkBody !== undefined, 'the body is yet to be checked');
    const { verifiedBy, principalSubject } = checkBody(body);
    return `${verifiedBy} ${principalSubject}`;
  });
}

const SOUND = 'WEBHOOK_SIGNATURE null';
const signature = signed()['webhook-signature'] ?? '';
const other = signed({ secret: RETIRED_SECRET })['webhook-signature'] ?? '';
const list = (...entries: string[]) => entries.join(' ');

describe('caller: a signature that its headers show to be bad', () => {
  const ROWS: { name: string; headers: Headers; reason: Reason }[] = [
    { name: 'no id', headers: changed('id', undefined), reason: 'WEBHOOK_ID_MISSING' },
    { name: 'an empty id', headers: changed('id', ''), reason: 'WEBHOOK_ID_MISSING' },
    { name: 'the id twice, joined', headers: changed('id', 'a, a', { id: 'a, a' }), reason: 'WEBHOOK_HEADER_REPEATED' },
    { name: 'the id twice, apart', headers: changed('id', ['a', 'b'], { id: 'a' }), reason: 'WEBHOOK_HEADER_REPEATED' },
    { name: 'the timestamp twice', headers: changed('timestamp', `${NOW}, ${NOW}`), reason: 'WEBHOOK_HEADER_REPEATED' },
    {
      name: 'signatures in two headers, of which one is sound',
      headers: changed('signature', `${other}, ${signature}`),
      reason: 'WEBHOOK_HEADER_REPEATED',
    },
    { name: 'no timestamp', headers: changed('timestamp', undefined), reason: 'WEBHOOK_TIMESTAMP_MALFORMED' },
    ...['', 'now', `${NOW}abc`, `+${NOW}`, `${NOW}.9`, `-${NOW}`, '1e9', '0x6000', '٣٣', '9'.repeat(400)].map((at) => ({
      name: `the timestamp ${JSON.stringify(at).slice(0, 30)}`,
      headers: signed({ at }),
      reason: 'WEBHOOK_TIMESTAMP_MALFORMED' as const,
    })),
    { name: 'milliseconds', headers: signed({ at: NOW * 1000 }), reason: 'WEBHOOK_TIMESTAMP_IN_MILLISECONDS' },
    { name: '301 seconds old', headers: signed({ at: NOW - 301 }), reason: 'SIGNATURE_TOO_OLD' },
    { name: 'dated in 1970', headers: signed({ at: 0 }), reason: 'SIGNATURE_TOO_OLD' },
    { name: '301 seconds ahead', headers: signed({ at: NOW + 301 }), reason: 'SIGNATURE_TOO_NEW' },
    { name: 'an empty header', headers: changed('signature', ''), reason: 'SIGNATURE_VERSION_MISSING' },
    { name: 'no version', headers: changed('signature', signature.slice(3)), reason: 'SIGNATURE_VERSION_MISSING' },
    {
      name: 'an empty header before a sound one',
      headers: changed('signature', `, ${signature}`),
      reason: 'WEBHOOK_HEADER_REPEATED',
    },
    {
      name: 'a header without a signature before a sound one',
      headers: changed('signature', `v1,, ${signature}`),
      reason: 'WEBHOOK_HEADER_REPEATED',
    },
    {
      name: 'versions without signatures',
      headers: changed('signature', 'v1, v1 v1,'),
      reason: 'SIGNATURE_VERSION_MISSING',
    },
    {
      name: 'a space behind the version',
      headers: changed('signature', `v1, ${signature.slice(3)}`),
      reason: 'SIGNATURE_VERSION_MISSING',
    },
    { name: 'a version and nothing', headers: changed('signature', 'v1,'), reason: 'SIGNATURE_VERSION_MISSING' },
    { name: 'another version', headers: changed('signature', 'v1a,YQ== v2,YQ=='), reason: 'SIGNATURE_VERSION_MISSING' },
    {
      name: 'eleven signatures, of which one is sound',
      headers: changed('signature', list(signature, ...Array<string>(10).fill(other))),
      reason: 'TOO_MANY_SIGNATURES',
    },
  ];
  for (const { name, headers, reason } of ROWS)
    it(`${name}: ${reason}`, async () => assert.equal(await outcomeOf(() => authenticate(headers)), reason));

  it('where no secrets are set: SIGNATURE_NOT_ACCEPTED', async () => {
    const noSecrets = wayIn({ CALLER_AUTH: 'verify', OIDC_AUDIENCE: 'https://a.example' }, { clock });
    assert.equal(await outcomeOf(() => noSecrets(signed())), 'SIGNATURE_NOT_ACCEPTED');
  });
});

describe('caller: a signature over a body', () => {
  const mismatch = 'SIGNATURE_MISMATCH';
  const key = Buffer.from(CURRENT_SECRET.slice('whsec_'.length), 'base64');
  const hex = createHmac('sha256', key).update(`msg_2wBvwT7.${NOW}.`).update(BODY).digest('hex');
  const ROWS: { name: string; headers: Headers; body?: Buffer; expected: string }[] = [
    { name: 'sound', headers: signed(), expected: SOUND },
    { name: 'of a named secret', headers: signed({ secret: NEXT_SECRET }), expected: 'WEBHOOK_SIGNATURE ci-runner' },
    { name: '300 seconds old', headers: signed({ at: NOW - 300 }), expected: SOUND },
    { name: '300 seconds ahead', headers: signed({ at: NOW + 300 }), expected: SOUND },
    {
      name: 'the tenth of ten',
      headers: changed('signature', list(...Array<string>(9).fill(other), signature)),
      expected: SOUND,
    },
    {
      name: 'among other versions',
      headers: changed('signature', list('v1a,YQ==', other, signature)),
      expected: SOUND,
    },
    { name: 'with spaces around', headers: changed('signature', `  ${signature}  `), expected: SOUND },
    { name: 'each header alone in a list', headers: changed('signature', [signature]), expected: SOUND },
    { name: 'an id with bytes above ASCII', headers: signed({ id: 'é' }), expected: mismatch },
    { name: 'a retired secret', headers: signed({ secret: RETIRED_SECRET }), expected: mismatch },
    { name: 'another body', headers: signed(), body: Buffer.from(`${BODY} `), expected: mismatch },
    { name: 'no body', headers: signed(), body: Buffer.alloc(0), expected: mismatch },
    { name: 'another id', headers: changed('id', 'msg_other'), expected: mismatch },
    { name: 'another timestamp', headers: changed('timestamp', String(NOW - 1)), expected: mismatch },
    { name: 'a sound one cut short', headers: changed('signature', signature.slice(0, -1)), expected: mismatch },
    { name: 'a sound one with more behind', headers: changed('signature', `${signature},x`), expected: mismatch },
    { name: 'in hexadecimal', headers: changed('signature', `v1,${hex}`), expected: mismatch },
    {
      name: 'in base64url',
      headers: changed('signature', `v1,${Buffer.from(hex, 'hex').toString('base64url')}`),
      expected: mismatch,
    },
  ];
  for (const { name, headers, body, expected } of ROWS)
    it(`${name}: ${expected}`, async () => assert.equal(await verdict(headers, body), expected));

  it('takes an id as the bytes that were sent, which node:http gives one character each', async () => {
    const id = Buffer.from('é').toString('latin1');
    const made = createHmac('sha256', key).update(`é.${NOW}.`).update(BODY).digest('base64');
    assert.equal(await verdict(changed('signature', `v1,${made}`, { id })), SOUND);
  });

  it('nobody is known before the body is checked', async () => {
    const { caller, bySignatureAlone } = await authenticate(signed());
    assert.deepEqual(caller, { principalEmail: null, principalSubject: null, verifiedBy: null });
    assert.equal(bySignatureAlone, true);
  });

  it('an age counts when the headers come, not when the body is there', async () => {
    const held = heldClock();
    const { checkBody } = await wayIn(SETTINGS, { clock: held })(signed({ at: NOW - 299 }));
    held.advance(30_000);
    assert.equal(checkBody?.(BODY).verifiedBy, 'WEBHOOK_SIGNATURE');
  });
});

describe('caller: any signature', () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
  const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019._-~'), minLength: 1, maxLength: 40 });
  // The library's clock is the real one.
  const now = Math.floor(Date.now() / 1000);
  const realTime = wayIn(SETTINGS);

  async function holds(headers: Headers, body: Buffer): Promise<boolean> {
    const end = await outcomeOf(async () => (await realTime(headers)).checkBody?.(body));
    return typeof end === 'object';
  }

  it('holds over the bytes that it was made over, UTF-8 or not, and over no others', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, word, bytes, async (body, id, different) => {
        const headers = webhookHeaders({ body, id });
        assert.equal(await holds(headers, body), true);
        assert.equal(await holds(headers, different), body.equals(different));
      }),
    );
  });

  it('holds where the reference library made it, over any text', async () => {
    const library = new Webhook(CURRENT_SECRET);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), word, async (text, id) => {
        const made = library.sign(id, new Date(now * 1000), text.toWellFormed());
        const headers = { 'webhook-id': id, 'webhook-timestamp': String(now), 'webhook-signature': made };
        assert.equal(await holds(headers, Buffer.from(text.toWellFormed())), true);
      }),
    );
  });

  it('is judged as the reference library judges it, whatever is in its list', async () => {
    const library = new Webhook(CURRENT_SECRET);
    const text = BODY.toString();
    const sound = library.sign('msg_1', new Date(now * 1000), text);
    const entry = fc.oneof(
      fc.constantFrom(
        sound,
        sound.slice(3),
        sound.slice(0, -1),
        sound.replace('v1', 'v2'),
        `V${sound.slice(1)}`,
        'v1,',
        '',
      ),
      fc.base64String().map((base64) => `v1,${base64}`),
    );
    let held = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 10 }), async (entries) => {
        const headers = {
          'webhook-id': 'msg_1',
          'webhook-timestamp': String(now),
          'webhook-signature': list(...entries),
        };
        const judged = await outcomeOf(() => libraryHolds(library, text, headers));
        held += Number(judged);
        assert.equal(await holds(headers, BODY), judged);
      }),
    );
    assert.ok(held > 0, 'some of them hold');
  });
});

function libraryHolds(library: Webhook, text: string, headers: Record<string, string>): boolean {
  try {
    library.verify(text, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}
