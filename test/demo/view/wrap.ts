/** Breaks text into lines of at most `width` columns, at spaces, but not between a key of JSON and its value. */
export function wrap(text: string, width: number): string[] {
  return fill(text.split(/(?<!":) /), width);
}

/**
 * Puts pieces with spaces between them into lines of at most `width` columns. One that is
 * longer is cut: behind a slash, or where an object begins.
 */
export function fill(pieces: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const piece of pieces) {
    if (line !== undefined && line.length + 1 + piece.length <= width) {
      line += ` ${piece}`;
      continue;
    }
    if (line !== undefined) lines.push(line);
    const parts = cut(piece, width);
    line = parts.pop();
    lines.push(...parts);
  }
  return line === undefined ? lines : [...lines, line];
}

function cut(piece: string, width: number): string[] {
  if (piece.length <= width) return [piece];
  const end = /^.*(?:\/|: \{)/.exec(piece.slice(0, width))?.[0].length ?? width;
  return [piece.slice(0, end), ...cut(piece.slice(end), width)];
}
