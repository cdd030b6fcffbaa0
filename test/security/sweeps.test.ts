import assert from 'node:assert/strict';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import type { Fault } from '../emulator/schema.ts';
import { startFunction } from '../support/function.ts';
import { checkedRecord } from '../support/record.ts';
import { send } from './post.ts';

const PARENT = 'projects/acme-data/locations/us-central1';

/** What Datastream, or somebody in its place, lists: any names, all of them of running operations. */
function listing(names: readonly string[]): Fault {
  const metadata = { verb: 'create', target: `${PARENT}/streams/orders`, createTime: '2026-01-01T00:00:00Z' };
  const body = JSON.stringify({ operations: names.map((name) => ({ name, metadata, done: false })) });
  return { kind: 'status', status: 200, body };
}

describe('section 7: a sweep gets nowhere that a single command does not', () => {
  let emulator: Emulator;

  before(async () => {
    emulator = await startEmulator();
  });

  beforeEach(() => emulator.reset());
  after(() => emulator.close());

  async function sweep(settings: Readonly<Record<string, string>> = {}) {
    await using site = await startFunction({ ...emulator.environment, DEFAULT_WAIT: '0s', ...settings });
    const body = JSON.stringify({ parent: PARENT, select: { verbs: ['create', 'delete'] } });
    return checkedRecord(JSON.parse((await send(site.url, { body })).body));
  }

  function posted(): string[] {
    return emulator.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);
  }

  it('each operation that it finds is held against ALLOWED_VERBS', async () => {
    const denied = emulator.startOperation({ verb: 'create' });
    const allowed = emulator.startOperation({ verb: 'delete' });
    const { outcome, status, results } = await sweep({ ALLOWED_VERBS: 'delete' });
    assert.deepEqual([outcome, status?.name], ['BATCH', 'PERMISSION_DENIED']);
    assert.deepEqual(posted(), [`/v1/${allowed}:cancel`]);
    const rules = Object.fromEntries((results ?? []).map((each) => [each.resourceName, each.authorizationInfo.rule]));
    assert.deepEqual(rules, { [denied]: 'ALLOWED_VERBS', [allowed]: 'projects/acme-data/locations/*' });
  });

  it('an operation of another project in the list is none of that project for the function', async () => {
    emulator.fault({
      on: 'list',
      fault: listing(['projects/other-project/locations/us-central1/operations/operation-1']),
    });
    emulator.startOperation({ project: 'other-project', id: 'operation-1' });
    await sweep();
    assert.deepEqual(posted(), []);
    assert.ok(emulator.requests.every(({ path }) => !path.includes('other-project')));
  });

  const elsewhere: Readonly<Record<string, string>> = {
    'another location': 'projects/acme-data/locations/europe-west1/operations/operation-1',
    'a way up': `${PARENT}/operations/../../../../projects/other-project`,
    'dots for an id': `${PARENT}/operations/..`,
    'a query': `${PARENT}/operations/operation-1?alt=media`,
    'a method': `${PARENT}/operations/operation-1:delete`,
    'a stream': `${PARENT}/streams/orders`,
    'the parent alone': PARENT,
    'a thousand characters': `${PARENT}/operations/${'o'.repeat(1000)}`,
    'a token': `${PARENT}/operations/Bearer ya29.c.b0Aaekm1K9`,
    nothing: '',
  };
  for (const [title, name] of Object.entries(elsewhere)) {
    it(`a name with ${title} in the list makes the whole page one that nothing is done about`, async () => {
      emulator.startOperation({ id: 'operation-1' });
      emulator.fault({ on: 'list', fault: listing([`${PARENT}/operations/operation-1`, name]) });
      const { outcome, status } = await sweep();
      assert.deepEqual([outcome, status?.name], ['ERROR', 'INTERNAL']);
      assert.deepEqual(posted(), []);
      assert.ok(emulator.requests.every(({ kind }) => kind !== 'get' && kind !== 'other'));
    });
  }

  it('a token of the next page gets into the query, and nowhere else', async () => {
    const pages = [{ nextPageToken: '&pageSize=1#/../../x y' }, {}];
    for (const page of pages) {
      emulator.fault({ on: 'list', times: 1, fault: { kind: 'status', status: 200, body: JSON.stringify(page) } });
    }
    assert.equal((await sweep()).outcome, 'BATCH');
    const paths = emulator.requests.filter(({ kind }) => kind === 'list').map(({ path }) => path);
    assert.deepEqual(paths, [
      `/v1/${PARENT}/operations?pageSize=500`,
      `/v1/${PARENT}/operations?pageSize=500&pageToken=%26pageSize%3D1%23%2F..%2F..%2Fx+y`,
    ]);
  });
});
