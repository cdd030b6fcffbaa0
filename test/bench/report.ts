import { contenders } from './contenders.ts';
import { goals } from './goals.ts';
import { levelOf, type Measured, measuredOf, type Results } from './results.ts';
import { median, spread } from './stats.ts';
import type { Table } from './table.ts';

/** The tables of a run, each with the sentence that goes before it. */
export function report(results: Results): { title: string; table: Table }[] {
  return [
    {
      title:
        'From spawn to the first answer; then warm, 20 in parallel. Medians, and how far they waver between rounds.',
      table: overview(results),
    },
    {
      title: 'How cost grows: 1, 20 and 80 in parallel. CPU time is that of one cancellation.',
      table: growth(results, 0),
    },
    { title: 'The same with an API that takes 50 ms a call.', table: growth(results, 50) },
    { title: 'The goals, as ratios of medians of this run.', table: goalTable(results) },
  ].filter(({ table }) => table.length > 1);
}

function overview(results: Results): Table {
  const head = ['function', 'bad request, ms', 'cancellation, ms', 'CPU each, µs', 'p99, ms', 'peak memory, MiB'];
  return [
    head,
    ...rows(results, ({ id, badRequest, cancellation, peakMemory }) => {
      const level = levelOf(results, id, 0, 20);
      return [badRequest, cancellation, level?.cpu ?? [], level?.p99 ?? [], peakMemory].map(figure);
    }),
  ];
}

function growth(results: Results, latency: number): Table {
  const parallel = [1, 20, 80];
  const heads = ['CPU µs', 'p99 ms', 'a second'].flatMap((name) => parallel.map((count) => `${name}, ${count}`));
  if (!results.functions.some(({ levels }) => levels.some((level) => level.latency === latency))) return [];
  return [
    ['function', ...heads],
    ...rows(results, ({ id }) => {
      const levels = parallel.map((count) => levelOf(results, id, latency, count));
      const of = (name: 'cpu' | 'p99' | 'throughput') => levels.map((level) => rounded(median(level?.[name] ?? [])));
      return [...of('cpu'), ...of('p99'), ...of('throughput')];
    }),
  ];
}

function goalTable(results: Results): Table {
  const lines = goals(results).map(({ figure, against, limit, measured, between, met }) => {
    const name = against === '' ? figure : `${figure}, against ${against}`;
    return [name, measured, between, limit, met ? 'yes' : '**no**'];
  });
  return [['figure', 'measured', 'half of the rounds', 'at most', 'met'], ...lines];
}

function rows(results: Results, cells: (measured: Measured) => string[]): string[][] {
  return contenders.flatMap(({ id, title }) => {
    const measured = measuredOf(results, id);
    return measured === undefined ? [] : [[id === 'ours' ? `**${title}**` : title, ...cells(measured)]];
  });
}

function figure(values: readonly number[]): string {
  return `${rounded(median(values))} ±${Math.round(spread(values) * 100)} %`;
}

/** Three digits are as many as a noisy machine can tell. */
function rounded(value: number): string {
  if (Number.isNaN(value)) return '';
  return value < 100 ? value.toPrecision(Math.min(3, Math.max(1, Math.ceil(Math.log10(value)) + 1))) : value.toFixed(0);
}
