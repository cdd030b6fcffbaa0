import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Tile = { xPos?: number; yPos?: number; width: number; height: number; widget: { title: string } };

/** Terminal characters for a column of the mosaic, and rows of it for a line. */
const [WIDE, HIGH] = [2, 4];

/** The dashboard as it will be laid out, drawn with letters. */
export function dashboardTiles(folder: string): string {
  const text = readFileSync(join(folder, 'deploy/dashboard.json'), 'utf8');
  const { mosaicLayout }: { mosaicLayout: { columns: number; tiles: Tile[] } } = JSON.parse(text);
  const height = Math.max(...mosaicLayout.tiles.map(({ yPos = 0, height: own }) => yPos + own)) / HIGH;
  const page = Array.from({ length: height + 1 }, () => Array<string>(mosaicLayout.columns * WIDE + 1).fill(' '));
  for (const tile of mosaicLayout.tiles) draw(page, tile);
  return page.map((line) => line.join('').trimEnd()).join('\n');
}

function draw(page: string[][], { xPos = 0, yPos = 0, width, height, widget }: Tile): void {
  const [left, right] = [xPos * WIDE, (xPos + width) * WIDE];
  const [top, bottom] = [yPos / HIGH, (yPos + height) / HIGH];
  const put = (row: number, column: number, letter: string) => page[row]?.splice(column, 1, letter);
  for (let column = left; column <= right; column += 1) {
    for (const row of [top, bottom]) put(row, column, column === left || column === right ? '+' : '-');
  }
  for (let row = top + 1; row < bottom; row += 1) for (const column of [left, right]) put(row, column, '|');
  const [kind = ''] = Object.keys(widget).filter((key) => key !== 'title');
  for (const [line, words] of [widget.title, kind].entries()) {
    for (const [index, letter] of [...words.slice(0, right - left - 3)].entries()) {
      put(top + 1 + line, left + 2 + index, letter);
    }
  }
}
