import type { Sight } from '../operation.ts';
import type { Step } from '../step.ts';
import type { Screen } from './screen.ts';

/** What became of each operation, a line each in columns: what it does, its age, its state before and after, cancels. */
export function operationLines(operations: Step['operations'], style: Screen['style']): string[] {
  const rows = operations.map(({ before, after }) => ({
    title: `${after.verb} ${after.target}`,
    age: ageOf(after),
    changed: before.state !== after.state,
    change: before.state === after.state ? `still ${after.state}` : `${before.state} → ${after.state}`,
    cancels: cancelsIn(after.cancels - before.cancels),
  }));
  const widest = (column: 'title' | 'age' | 'change') => Math.max(...rows.map((row) => row[column].length));
  const widths = { title: widest('title'), age: widest('age'), change: widest('change') };
  return rows.map(({ title, age, changed, change, cancels }) => {
    const became = change.padEnd(widths.change);
    const cells = [
      title.padEnd(widths.title),
      style('dim', age.padEnd(widths.age)),
      changed ? style('bold', became) : became,
      style('dim', cancels),
    ];
    return cells.join('  ');
  });
}

function ageOf({ ageInMinutes }: Sight): string {
  if (ageInMinutes === 0) return 'new';
  return ageInMinutes < 60 ? `${ageInMinutes} min` : `${Math.floor(ageInMinutes / 60)} h`;
}

function cancelsIn(number: number): string {
  if (number === 0) return 'no cancel';
  return number === 1 ? '1 cancel' : `${number} cancels`;
}
