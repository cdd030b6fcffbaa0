import { holds } from '../checks.ts';
import type { Exchange } from '../stage.ts';
import type { Step } from '../step.ts';
import { answerLines } from './answer-view.ts';
import { operationLines } from './operation-view.ts';
import { recordLines } from './record-view.ts';
import type { Screen } from './screen.ts';
import { wrap } from './wrap.ts';

/** Columns before a step, and of a row's label. */
const INDENT = 4;
const LABEL = 11;

/** A step: the story, what was asked by whom, what became of the operations, what was answered, and what is wrong. */
export function stepLines(step: Step, { width, style }: Screen): string[] {
  const room = width - INDENT - LABEL;
  const row = (label: string, lines: readonly string[]) =>
    lines.map((line, index) => `${style('dim', (index === 0 ? label : '').padEnd(LABEL))}${line}`);
  const text = (label: string, content: string) => row(label, wrap(content, room));

  const aboutRequest = ({ record }: Exchange) => [
    ...text('by', callerOf(record)),
    ...(record.trigger.source === null ? [] : text('through', record.trigger.source)),
  ];
  const aboutRecord = ({ record }: Exchange) => [
    ...(step.redelivered ? text('request', `${record.requestId}, the same in every record`) : []),
    ...(step.whole ? ['', ...recordLines(record, width - INDENT, style)] : []),
  ];
  const wrong = step.checks.filter((check) => !holds(check));
  const first = step.exchanges[0]?.exchange;
  const lines = [
    ...wrap(step.story, width - INDENT).map((line) => style('bold', line)),
    ...text('asked', step.asked),
    ...(first === undefined ? [] : aboutRequest(first)),
    ...row('operation', operationLines(step.operations, style)),
    ...step.exchanges.flatMap(({ label, exchange }) => row(label, answerLines(exchange, room, style))),
    ...(first === undefined ? [] : aboutRecord(first)),
    ...wrong.map(({ what, is, should }) => style('red', `✘ ${what}: ${is}, should be ${should}`)),
  ];
  return ['', ...lines.map((line) => ' '.repeat(INDENT) + line)];
}

function callerOf({ authenticationInfo }: Exchange['record']): string {
  const { principalEmail, verifiedBy } = authenticationInfo;
  return principalEmail === null ? 'somebody unknown' : `${principalEmail}, verified by ${verifiedBy}`;
}
