/** A table: its first row is the head. Columns other than the first hold figures. */
export type Table = readonly (readonly string[])[];

/** The table as markdown. */
export function markdownTable(table: Table): string {
  const [head = [], ...rows] = table.map((cells) => `| ${cells.join(' | ')} |`);
  const rule = (table[0] ?? []).map((_, column) => (column === 0 ? '---' : '---:'));
  return [head, `| ${rule.join(' | ')} |`, ...rows].join('\n');
}

/** The table for a terminal: columns aligned, without the marks of markdown. */
export function plainTable(table: Table): string {
  const plain = table.map((cells) => cells.map((cell) => cell.replaceAll(/[`*]/g, '')));
  const widths = (plain[0] ?? []).map((_, column) => Math.max(...plain.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('   ');
  return plain.map(line).join('\n');
}
