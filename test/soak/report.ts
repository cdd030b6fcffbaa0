/** What one part came to. */
export type Section = {
  title: string;
  figures: Readonly<Record<string, Figure>>;
  /** What did not hold; empty where all did. */
  failures: readonly string[];
};

type Figure = number | readonly number[] | Readonly<Record<string, number>>;

/** Most failures that are printed. */
const MOST_FAILURES = 10;

/** A section as it is printed, one figure a line. */
export function text({ title, figures, failures }: Section): string {
  const lines = Object.entries(figures).map(([name, figure]) => `  ${name.padEnd(12)} ${figureText(figure)}`);
  const shown = failures.slice(0, MOST_FAILURES).map((failure) => `  FAILED: ${failure}`);
  const verdict = failures.length === 0 ? '  held' : `  ${failures.length} failures`;
  return `\n${[title, ...lines, ...shown, verdict].join('\n')}\n`;
}

function figureText(figure: Figure): string {
  if (typeof figure === 'number') return numberText(figure);
  if (isList(figure)) return figure.map(numberText).join(', ');
  const entries = Object.entries(figure).toSorted(([, one], [, other]) => other - one);
  return entries.map(([name, count]) => `${name} ${numberText(count)}`).join(', ');
}

function isList(figure: object): figure is readonly number[] {
  return Array.isArray(figure);
}

function numberText(number: number): string {
  return number.toLocaleString('en-US', { maximumFractionDigits: Math.abs(number) < 100 ? 1 : 0 });
}
