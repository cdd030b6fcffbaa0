import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);

/** The pages that are here. A copy that was sent to be built may lack some. */
export const PAGES: readonly string[] = globSync(['*.md', 'docs/*.md'], { cwd: fileURLToPath(root) }).sort();

/** The text of a file of the project; `path` is from its top. */
export function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

/** A block of code with the language that its fence names. */
export type Block = { language: string; text: string };

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^( *)```(\w*)\n(.*?)^\1```$/gms)].map(([, indent = '', language = '', text = '']) => ({
    language,
    text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}

/** What is left of a page without its fenced blocks. */
export function proseOf(page: string): string {
  return page.replaceAll(/^( *)```.*?^\1```$/gms, '');
}

/** The rows of the table of a page that has this header, each as its cells. Throws where there is none. */
export function tableOf(page: string, header: readonly string[]): string[][] {
  const [, rows] = page.split(`${rowOf(header)}\n`);
  if (rows === undefined) throw new Error(`There is no table with the header ${rowOf(header)}`);
  const [, ...lines] = rows.split(/\n(?!\|)/, 1)[0]?.split('\n') ?? [];
  return lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** A row of a table in Markdown. */
export function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** A name as code. */
export const code = (name: string | number): string => `\`${name}\``;
