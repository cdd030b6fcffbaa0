import assert from 'node:assert/strict';
import fc from 'fast-check';
import { byAge, selector } from '../../src/cancellation/selection.ts';
import type { Selection } from '../../src/command/read.ts';
import { startEmulator } from '../emulator/emulator.ts';
import type { OperationStart } from '../emulator/schema.ts';
import { startFunction } from '../support/function.ts';
import { freshLocation, hastyClock, idsOf, sweep } from './sweep.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const hoursAgo = (hours: number) => new Date(NOW - hours * 3_600_000).toISOString();

const emulator = await startEmulator({ now: () => NOW });
const env = { ...emulator.environment, DEFAULT_WAIT: '0s' };
const fn = await startFunction(env, { clock: { ...hastyClock, now: () => NOW } });

after(async () => {
  await fn[Symbol.asyncDispose]();
  await emulator.close();
});

/** The ids that a dry run of this selection finds among these operations, in the order of its results. */
async function selected(select: unknown, operations: readonly OperationStart[]): Promise<(string | undefined)[]> {
  const location = freshLocation();
  for (const operation of operations) emulator.startOperation({ location, ...operation });
  const parent = `projects/acme-data/locations/${location}`;
  const swept = await sweep(fn, { parent, select, validateOnly: true });
  assert.equal(swept.summary.outcome, 'BATCH', swept.summary.status.message);
  return idsOf(swept);
}

describe('section 9: which operations a selection means', () => {
  describe('verbs', () => {
    const operations = ['create', 'update', 'delete', 'run'].map((verb) => ({ id: verb, verb }));

    it('means every verb that is listed, and no other', async () => {
      assert.deepEqual((await selected({ verbs: ['run', 'create'] }, operations)).toSorted(), ['create', 'run']);
    });

    it('compares a verb as a whole and with its case', async () => {
      assert.deepEqual(await selected({ verbs: ['CREATE', 'creat', 'creates'] }, operations), []);
    });
  });

  describe('target', () => {
    const root = 'projects/acme-data/locations/us-central1';
    const cases: readonly { pattern: string; means: readonly string[]; not: readonly string[] }[] = [
      {
        pattern: `${root}/streams/orders`,
        means: [`${root}/streams/orders`],
        not: [
          `${root}/streams/orders-2`,
          `${root}/streams/order`,
          `${root}/streams`,
          `${root}/streams/orders/objects/a`,
        ],
      },
      {
        pattern: `${root}/privateConnections/*`,
        means: [`${root}/privateConnections/a`, `${root}/privateConnections/b-1`],
        not: [`${root}/privateConnections`, `${root}/privateConnections/a/routes/r`, `${root}/streams/a`],
      },
      {
        pattern: `${root}/privateConnections/*/routes/*`,
        means: [`${root}/privateConnections/a/routes/r`],
        not: [`${root}/privateConnections/a`, `${root}/privateConnections/a/b/routes/r`],
      },
      {
        pattern: `${root}/streams/test-*`,
        means: [`${root}/streams/test-1`, `${root}/streams/test-`],
        not: [`${root}/streams/test`, `${root}/streams/a-test-1`],
      },
      {
        pattern: `${root}/streams/*-test`,
        means: [`${root}/streams/a-test`, `${root}/streams/a-test-test`],
        not: [`${root}/streams/a-test-1`, `${root}/streams/test`],
      },
      {
        pattern: `${root}/streams/a*b*c`,
        means: [`${root}/streams/abc`, `${root}/streams/a-b-b-c`, `${root}/streams/abcbc`],
        not: [`${root}/streams/acb`, `${root}/streams/ac`, `${root}/streams/abcd`],
      },
      {
        pattern: `${root}/streams/a*b*b*c`,
        means: [`${root}/streams/abbc`, `${root}/streams/a-b-b-c`],
        not: [`${root}/streams/abc`, `${root}/streams/a-b-c`],
      },
      {
        pattern: `${root}/streams/aa*aa`,
        means: [`${root}/streams/aaaa`, `${root}/streams/aa-aa`],
        not: [`${root}/streams/aaa`, `${root}/streams/aa`],
      },
      {
        pattern: `${root}/streams/**`,
        means: [`${root}/streams/a`],
        not: [`${root}/streams/a/objects/b`],
      },
      {
        pattern: 'projects/*/locations/*/streams/orders',
        means: [`${root}/streams/orders`, 'projects/other/locations/eu/streams/orders'],
        not: [`${root}/streams/others`],
      },
      {
        pattern: 'projects/acme.com:data/locations/us-central1/streams/a.b',
        means: ['projects/acme.com:data/locations/us-central1/streams/a.b'],
        not: ['projects/acmexcom:data/locations/us-central1/streams/a.b', `${root}/streams/axb`],
      },
    ];
    for (const { pattern, means, not } of cases) {
      it(pattern, async () => {
        const operations = [...means, ...not].map((target, index) => ({ id: `o${index}`, target }));
        const ids = await selected({ target: pattern }, operations);
        assert.deepEqual(
          ids.toSorted(),
          means.map((_, index) => `o${index}`),
        );
      });
    }

    it('holds against a definition of the pattern that is slow and plain', () => {
      const part = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 });
      const patternPart = fc.string({ unit: fc.constantFrom('a', 'b', '*', '*'), maxLength: 6 });
      const path = (segment: fc.Arbitrary<string>) => fc.array(segment, { minLength: 1, maxLength: 3 });
      fc.assert(
        fc.property(path(patternPart), path(part), (pattern, target) => {
          const select = selectionOf({ target: pattern.join('/') });
          const matches = selector(select, NOW)(listed({ target: target.join('/') }));
          assert.equal(matches, pattern.length === target.length && pattern.every((p, i) => plain(p, target[i] ?? '')));
        }),
        { numRuns: 2000 },
      );
    });

    it('takes no longer for a pattern that is made to take long', () => {
      const select = selectionOf({ target: `projects/${'a*'.repeat(500)}b` });
      const matches = selector(select, NOW);
      const begun = performance.now();
      assert.equal(matches(listed({ target: `projects/${'a'.repeat(1000)}` })), false);
      assert.ok(performance.now() - begun < 1000);
    });

    it('is not matched by an operation that shows none', () => {
      assert.equal(selector(selectionOf({ target: '*' }), NOW)(listed({ target: null })), false);
    });
  });

  describe('minAge', () => {
    it('means what was created at least so long ago', async () => {
      const operations = [
        { id: 'older', createTime: hoursAgo(3) },
        { id: 'exactly', createTime: hoursAgo(2) },
        { id: 'younger', createTime: new Date(NOW - 7_199_999).toISOString() },
        { id: 'ahead', createTime: hoursAgo(-1) },
      ];
      assert.deepEqual(await selected({ minAge: '7200s' }, operations), ['older', 'exactly']);
    });

    it('knows fractions of a second', async () => {
      const operations = [
        { id: 'half', createTime: new Date(NOW - 500).toISOString() },
        { id: 'less', createTime: new Date(NOW - 499).toISOString() },
      ];
      assert.deepEqual(await selected({ minAge: '0.5s' }, operations), ['half']);
    });

    it('of 0s means everything that was created up to now', async () => {
      const operations = [
        { id: 'now', createTime: hoursAgo(0) },
        { id: 'ahead', createTime: hoursAgo(-1) },
      ];
      assert.deepEqual(await selected({ minAge: '0s' }, operations), ['now']);
    });

    it('is not reached by an operation that shows no createTime', () => {
      assert.equal(selector(selectionOf({ minAge: '0s' }), NOW)(listed({ createTime: null })), false);
      assert.equal(selector(selectionOf({ verbs: ['create'] }), NOW)(listed({ createTime: null })), true);
    });
  });

  it('means what fits everything that is given', async () => {
    const target = 'projects/acme-data/locations/us-central1/privateConnections/p';
    const fits = { verb: 'create', target, createTime: hoursAgo(3) };
    const operations = [
      { id: 'fits', ...fits },
      { id: 'verb', ...fits, verb: 'delete' },
      { id: 'target', ...fits, target: 'projects/acme-data/locations/us-central1/streams/s' },
      { id: 'age', ...fits, createTime: hoursAgo(1) },
    ];
    const select = { verbs: ['create'], target: target.replace('/p', '/*'), minAge: '7200s' };
    assert.deepEqual(await selected(select, operations), ['fits']);
  });

  it('never means what is done, however it ended', async () => {
    const operations: OperationStart[] = [
      { id: 'running' },
      { id: 'completed', endsByItself: { kind: 'completes' } },
      { id: 'failed', endsByItself: { kind: 'fails', code: 'INTERNAL' } },
      { id: 'cancelled', endsByItself: { kind: 'cancels' } },
    ];
    assert.deepEqual(await selected({ verbs: ['create'] }, operations), ['running']);
  });

  it('means nothing outside the parent', async () => {
    emulator.startOperation({ id: 'elsewhere', location: freshLocation() });
    assert.deepEqual(await selected({ verbs: ['create'] }, [{ id: 'here' }]), ['here']);
  });
});

describe('section 9: the list', () => {
  it('is read to its last page', async () => {
    const many = 1203;
    const operations = Array.from({ length: many }, (_, index) => ({
      id: `o${index}`,
      verb: index % 401 === 400 ? 'delete' : 'create',
    }));
    const before = emulator.counts.requests.list;
    assert.deepEqual((await selected({ verbs: ['delete'] }, operations)).toSorted(), ['o1202', 'o400', 'o801']);
    assert.ok(emulator.counts.requests.list - before >= 3);
  });

  it('is read on past a page that is empty', async () => {
    const name = emulator.startOperation({ id: 'behind', location: freshLocation() });
    const parent = name.slice(0, name.indexOf('/operations/'));
    const body = JSON.stringify({ nextPageToken: Buffer.from(`0 ${parent}`).toString('base64url') });
    emulator.fault({ on: 'list', name: parent, times: 1, fault: { kind: 'status', status: 200, body } });
    const swept = await sweep(fn, { parent, select: { verbs: ['create'] }, validateOnly: true });
    assert.deepEqual(idsOf(swept), ['behind']);
  });

  it('brings each operation once, even where two pages show it', async () => {
    const location = freshLocation();
    const parent = `projects/acme-data/locations/${location}`;
    const name = emulator.startOperation({ location });
    const { resource } = emulator.operation(name) ?? assert.fail();
    const body = JSON.stringify({
      operations: [resource],
      nextPageToken: Buffer.from(`0 ${parent}`).toString('base64url'),
    });
    emulator.fault({ on: 'list', name: parent, times: 1, fault: { kind: 'status', status: 200, body } });
    const swept = await sweep(fn, { parent, select: { verbs: ['create'] } });
    assert.equal(swept.results.length, 1);
    assert.equal(emulator.operation(name)?.cancels.arrived.length, 1);
  });

  it('of a parent without operations selects none, and that is fine', async () => {
    const parent = `projects/acme-data/locations/${freshLocation()}`;
    const swept = await sweep(fn, { parent, select: { verbs: ['create'] } });
    assert.equal(swept.http, 200);
    assert.deepEqual(swept.summary.status, { code: 0, name: 'OK', message: '', reason: null, fieldViolations: [] });
    assert.deepEqual(swept.results, []);
  });
});

describe('section 9: the order', () => {
  it('is oldest first, to the ninth digit, whatever the order of the list', async () => {
    const times: Record<string, string> = {
      f: '2026-11-22T09:00:01Z',
      d: '2026-11-22T09:00:00.000000003Z',
      b: '2026-11-22T09:00:00.000000001Z',
      e: '2026-11-22T09:00:00.5Z',
      c: '2026-11-22T09:00:00.000000002Z',
      a: '2026-11-22T09:00:00Z',
    };
    const operations = Object.entries(times).map(([id, createTime]) => ({ id, createTime }));
    assert.deepEqual(await selected({ minAge: '1s' }, operations), ['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('puts what shows no createTime last, and equal times by name', () => {
    const operations = [
      listed({ createTime: null }, 'y'),
      listed({ createTime: null }, 'x'),
      listed({ createTime: '2026-11-22T09:00:00Z' }, 'b'),
      listed({ createTime: '2026-11-22T09:00:00.000Z' }, 'a'),
      listed({ createTime: '9999-12-31T23:59:59.999999999Z' }, 'z'),
    ];
    assert.deepEqual(
      operations.toSorted(byAge).map(({ name }) => name),
      ['a', 'b', 'z', 'x', 'y'],
    );
    assert.equal(byAge(listed({}, 'same'), listed({}, 'same')), 0);
  });
});

function selectionOf(given: Partial<Selection>): Selection {
  return { verbs: null, target: null, minAge: null, ...given };
}

function listed(state: { target?: string | null; createTime?: string | null }, name = 'o') {
  const running = { done: false, errorCode: null, errorMessage: null, endTime: null, statusMessage: null };
  const shown = { verb: 'create', target: 't', createTime: '2026-11-22T09:00:00Z', requestedCancellation: false };
  return { name, state: { ...running, ...shown, ...state } };
}

/** Whether a segment fits: a `*` stands for any number of characters, none among them. */
function plain(pattern: string, segment: string): boolean {
  if (pattern === '') return segment === '';
  if (pattern.startsWith('*')) {
    return plain(pattern.slice(1), segment) || (segment !== '' && plain(pattern, segment.slice(1)));
  }
  return pattern[0] === segment[0] && plain(pattern.slice(1), segment.slice(1));
}
