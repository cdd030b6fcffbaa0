import type { ConcludedRecord } from '../../../src/record/conclude.ts';
import { severityOf } from '../../../src/terms/outcome.ts';
import { countsOf } from '../checks.ts';
import type { Exchange } from '../stage.ts';
import { ACCENTS, type Screen } from './screen.ts';
import { wrap } from './wrap.ts';

/** An answer: outcome, HTTP status, time and log in one line of columns, and under it what else there is to say. */
export function answerLines(exchange: Exchange, room: number, style: Screen['style']): string[] {
  const { record, http, trail } = exchange;
  const { outcome, status } = record;
  const accent = ACCENTS[severityOf(outcome, status)];
  const line = [
    style([accent, 'bold'], `● ${outcome.padEnd(15)}`),
    `${http} ${status.name}`.padEnd(21),
    style('dim', `${milliseconds(record)} ms`.padStart(6)),
    style('dim', `log ${trail.phases}`),
  ].join(' ');
  const remarks = remarksOn(exchange).flatMap((remark) => wrap(remark, room - 2));
  return [line, ...remarks.map((remark) => `  ${style(accent, remark)}`)];
}

function milliseconds({ receiveTime, completeTime }: ConcludedRecord): number {
  return Date.parse(completeTime) - Date.parse(receiveTime);
}

function remarksOn({ record, retryAfter }: Exchange): string[] {
  const { status, results } = record;
  return [
    ...(results === null ? [] : [`${countsOf(record)}, each with a record and log entries of its own`]),
    ...(status.message === '' ? [] : [status.message]),
    ...(retryAfter === undefined ? [] : [`Retry-After: ${retryAfter} s`]),
  ];
}
