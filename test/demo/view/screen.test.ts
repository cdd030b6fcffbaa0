import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { WriteStream } from 'node:tty';
import { screenOn } from './screen.ts';
import { wrap } from './wrap.ts';

/** A terminal that holds what is printed on it. Which colors it has is decided by the real thing. */
function terminal(columns: number) {
  const stream = new PassThrough({ encoding: 'utf8' });
  const { getColorDepth } = WriteStream.prototype;
  return Object.assign(stream, { isTTY: true, columns, getColorDepth, text: () => String(stream.read() ?? '') });
}

describe('the screen of the demo', () => {
  const before = { ...process.env };

  afterEach(() => {
    for (const name of ['NO_COLOR', 'FORCE_COLOR', 'TERM', 'CI']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });

  for (const { env, colored } of [
    { env: { TERM: 'xterm-256color' }, colored: true },
    { env: { TERM: 'xterm-256color', NO_COLOR: '1' }, colored: false },
    { env: { TERM: 'dumb' }, colored: false },
  ]) {
    it(`${colored ? 'has colors' : 'has none'} on a terminal with ${JSON.stringify(env)}`, () => {
      for (const name of ['NO_COLOR', 'FORCE_COLOR', 'TERM', 'CI']) delete process.env[name];
      Object.assign(process.env, env);
      const { style } = screenOn(terminal(80));
      assert.equal(style('green', 'CANCELLED'), colored ? '\u001b[32mCANCELLED\u001b[39m' : 'CANCELLED');
    });
  }

  for (const [columns, width] of [
    [40, 80],
    [80, 80],
    [93, 93],
    [100, 100],
    [250, 100],
  ] as const) {
    it(`uses ${width} of ${columns} columns`, () => assert.equal(screenOn(terminal(columns)).width, width));
  }

  it('prints lines without blanks at their ends', () => {
    const stream = terminal(80);
    screenOn(stream).print(['one  ', '', '  two']);
    assert.equal(stream.text(), 'one\n\n  two\n');
  });
});

describe('wrapped text', () => {
  for (const { title, text, lines } of [
    { title: 'breaks at spaces', text: 'one two three', lines: ['one two', 'three'] },
    { title: 'stays whole where it fits', text: 'one two', lines: ['one two'] },
    { title: 'keeps a key of JSON with its value', text: '{"a": 1, "b": 2}', lines: ['{"a": 1,', '"b": 2}'] },
    { title: 'cuts a long name behind a slash', text: 'a/bb/ccc/dddd', lines: ['a/bb/ccc/', 'dddd'] },
    { title: 'cuts what has no slash where the line ends', text: 'abcdefghijkl', lines: ['abcdefghij', 'kl'] },
    { title: 'is one empty line where there is none', text: '', lines: [''] },
  ]) {
    it(title, () => assert.deepEqual(wrap(text, 10), lines));
  }
});
