import type { ConcludedRecord } from '../../../src/record/conclude.ts';
import { severityOf } from '../../../src/terms/outcome.ts';
import { jsonText } from '../json-text.ts';
import { ACCENTS, type Screen } from './screen.ts';
import { fill } from './wrap.ts';

/** Columns by which fields are indented, and what continues one of them once more. */
const HANG = 2;

/** The whole record as JSON in `width` columns: a field a line, an object in as few lines as it needs, long names cut. */
export function recordLines(record: ConcludedRecord, width: number, style: Screen['style']): string[] {
  const accent = ACCENTS[severityOf(record.outcome, record.status)];
  const entries = Object.entries(record);
  const fields = entries.flatMap(([key, value], index) => {
    const end = index < entries.length - 1 ? ',' : '';
    const lines = fieldLines(`"${key}": `, value, end, width - HANG).map((line) => quiet(line, style));
    return key === 'outcome' ? lines.map((line) => line.replace(record.outcome, style(accent, record.outcome))) : lines;
  });
  return ['{', ...fields.map((line) => ' '.repeat(HANG) + line), '}'];
}

function fieldLines(key: string, value: unknown, end: string, width: number): string[] {
  const [first = '', ...more] = fill(piecesOf(key, value, end), width - HANG);
  return [first, ...more.map((line) => ' '.repeat(HANG) + line)];
}

/** The parts of a field between which a line may end. */
function piecesOf(key: string, value: unknown, end: string): string[] {
  const fields = isObject(value) ? Object.entries(value) : [];
  const last = fields.length - 1;
  if (last < 0) return [`${key}${jsonText(value)}${end}`];
  return fields.map(([name, content], index) => {
    const field = `"${name}": ${jsonText(content)}`;
    return `${index === 0 ? `${key}{` : ''}${field}${index === last ? `}${end}` : ','}`;
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Makes keys and what is not known step back behind the values. */
function quiet(line: string, style: Screen['style']): string {
  return line.replaceAll(/"\w+": |\bnull(?=[,}\]]|$)/g, (text) => style('dim', text));
}
