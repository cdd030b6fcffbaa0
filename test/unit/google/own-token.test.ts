import assert from 'node:assert/strict';
import { parseWithout } from '../../../src/google/own-token.ts';

const token = 'ya30.c/0-A_b+Cd=.Ef~Gh';
const everyUnit = (prefix: string) =>
  [...token]
    .map(
      (unit) =>
        `${prefix}${unit
          .charCodeAt(0)
          .toString(16)
          .padStart(prefix === '%' ? 2 : 4, '0')}`,
    )
    .join('');

describe('the own token in an answer', () => {
  const forms = {
    'as it is': token,
    'percent-encoded': encodeURIComponent(token),
    'percent-encoded throughout': everyUnit('%'),
    'percent-encoded throughout, in capitals': everyUnit('%').toUpperCase(),
    'with JSON escapes': everyUnit('\\u'),
    'with slashes escaped': token.replaceAll('/', '\\/'),
  };
  for (const [title, form] of Object.entries(forms)) {
    it(`is taken out of a text ${title}`, () => {
      const parsed = parseWithout(token, JSON.stringify({ error: { message: `Bearer ${form}, "said"` } }));
      assert.deepEqual(parsed, { error: { message: 'Bearer [redacted], "said"' } });
    });

    it(`is taken out of the body ${title}`, () => {
      const parsed = parseWithout(token, `{"error":{"message":"Bearer ${form}"}}`);
      assert.deepEqual(parsed, { error: { message: 'Bearer [redacted]' } });
    });
  }

  it('is not looked for where it is too short to be one', () => {
    assert.deepEqual(parseWithout('a', '{"a":"banana %61"}'), { a: 'banana %61' });
  });

  it('leaves everything else', () => {
    const value = { list: [1, null, true, 'a%20b\\c'], deep: { ä: '☃' } };
    assert.deepEqual(parseWithout(token, JSON.stringify(value)), value);
  });

  for (const body of ['', '<html>', '{"a":', `%${'['.repeat(500_000)}`, `"\\n${'x'.repeat(10)}`])
    it(`brings nothing where the answer is no JSON: ${body.slice(0, 10)}`, () =>
      assert.equal(parseWithout(token, body), undefined));

  it('does not fail on an answer that is too deep to walk', () => {
    const deep = `${'['.repeat(200_000)}"%"${']'.repeat(200_000)}`;
    assert.doesNotThrow(() => parseWithout(token, deep));
  });
});
