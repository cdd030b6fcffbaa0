import assert from 'node:assert/strict';
import * as light from '../../src/google/light-web.ts';

/** What google-auth-library, gaxios and fetchOverHttp do with headers, told as what comes out of them. */
type AnyHeaders = Pick<Headers, 'get' | 'has' | 'set' | 'append' | 'delete' | 'keys' | 'entries'> &
  Iterable<[string, string]> & { forEach: (visit: (value: string, name: string) => void) => void };

const uses: readonly { title: string; use: (headers: AnyHeaders) => unknown }[] = [
  {
    title: 'finds a name in any case',
    use: (headers) => [headers.get('METADATA-flavor'), headers.has('metadata-FLAVOR')],
  },
  { title: 'has nothing under another name', use: (headers) => [headers.get('x'), headers.has('x')] },
  {
    title: 'replaces what is set again',
    use: (headers) => {
      headers.set('Metadata-Flavor', ' other ');
      return [...headers];
    },
  },
  {
    title: 'joins what is appended',
    use: (headers) => {
      headers.append('metadata-flavor', 'two');
      headers.append('x-new', 'one');
      return [...headers.entries()];
    },
  },
  {
    title: 'forgets what is deleted',
    use: (headers) => {
      headers.delete('ACCEPT');
      return [...headers.keys()];
    },
  },
  {
    title: 'visits value and name',
    use: (headers) => {
      const visited: string[][] = [];
      headers.forEach((value, name) => {
        visited.push([value, name]);
      });
      return visited;
    },
  },
];

const inits = [
  { title: 'an object', init: { Accept: 'application/json', 'Metadata-Flavor': 'Google' } },
  {
    title: 'pairs',
    init: [
      ['Accept', 'application/json'],
      ['Metadata-Flavor', 'Google'],
    ] satisfies [string, string][],
  },
];

describe("section 8: the bundle's Headers and Response behave as the real ones", () => {
  for (const { title: from, init } of inits) {
    for (const { title, use } of uses) {
      it(`Headers from ${from}: ${title}`, () => {
        assert.deepEqual(use(new light.Headers(init)), use(new Headers(init)));
      });
    }
    it(`Headers from Headers, made from ${from}`, () => {
      assert.deepEqual([...new light.Headers(new light.Headers(init))], [...new Headers(new Headers(init))]);
    });
  }

  it('Headers from nothing', () => {
    assert.deepEqual([...new light.Headers()], [...new Headers()]);
  });

  for (const status of [200, 204, 302, 404, 500]) {
    it(`Response with ${status}`, async () => {
      const body = status === 204 ? null : '{"a": 1}';
      const ours = new light.Response(body, { status, headers: new light.Headers({ a: 'b' }) });
      const real = new Response(body, { status, headers: { a: 'b' } });
      const told = ({ ok, status: code, statusText, headers }: typeof ours | Response) => [
        ok,
        code,
        statusText,
        headers.get('A'),
      ];
      assert.deepEqual(told(ours), told(real));
      assert.deepEqual([ours.bodyUsed, await ours.text()], [real.bodyUsed, await real.text()]);
      assert.equal(ours.bodyUsed, true);
    });
  }

  it('Response reads JSON, refuses what is none, and makes a Blob', async () => {
    const made = (body: string) => new light.Response(body, { status: 200, headers: new light.Headers() });
    assert.deepEqual(await made('{"a": 1}').json(), await new Response('{"a": 1}').json());
    await assert.rejects(made('<html>').json(), SyntaxError);
    await assert.rejects(new Response('<html>').json(), SyntaxError);
    assert.equal(await (await made('text').blob()).text(), await (await new Response('text').blob()).text());
  });
});
