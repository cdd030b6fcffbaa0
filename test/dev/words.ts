import { jsonText } from '../demo/json-text.ts';
import type { Screen } from '../demo/view/screen.ts';
import { wrap } from '../demo/view/wrap.ts';
import { curlCommand } from './curl-command.ts';
import type { Try } from './tries.ts';
import type { News } from './workshop.ts';

type Style = Screen['style'];

/** Columns of a list of ids. */
const LIST_WIDTH = 76;

/** What runs, and what there is to try: the three callers, and the ids of operations that end in other ways. */
type Surroundings = {
  readonly url: string;
  readonly emulatorUrl: string;
  readonly tries: readonly Try[];
  readonly kinds: readonly string[];
};

/** What there is and what to try, once everything runs. */
export function welcome({ url, emulatorUrl, tries, kinds }: Surroundings, style: Style): string[] {
  const ownOperation = jsonText({ id: 'mine', onCancel: { kind: 'completes' } });
  return [
    '',
    `  ${style('bold', 'function')}  ${url}  starts anew when src/ changes, with the settings of this environment`,
    `  ${style('bold', 'emulator')}  ${emulatorUrl}  Datastream and the metadata server`,
    `  ${style('dim', 'Ctrl+C ends both.')}`,
    ...tries.flatMap((one) => ['', heading(one.caller, one.remark, style), ...commandLines(one.command())]),
    '',
    heading('Other ends', 'ids to put into a name', style),
    ...wrap(kinds.join(', '), LIST_WIDTH).map((line) => `    ${line}`),
    '',
    heading('An operation of your own', `all that the emulator can do: curl ${emulatorUrl}/emulator`, style),
    ...commandLines(curlCommand(`${emulatorUrl}/emulator/operations`, {}, ownOperation)),
    '',
    heading('Audit log', 'time, severity, outcome, caller, resource', style),
  ];
}

function heading(text: string, remark: string, style: Style): string {
  return `  ${style('bold', text)}  ${style('dim', remark)}`;
}

function commandLines(command: readonly string[]): string[] {
  return command.map((line) => `    ${line}`);
}

/** Has operations started in place of those that are done, and tells so and how to go on. Nothing where none is. */
export function refilled({ command, supply }: Try, style: Style): string[] {
  const before = command();
  const { usedUp, started } = supply.refill();
  if (usedUp.length === 0) return [];
  const news = `${list(usedUp, 'is', 'are')} done, ${list(started, 'runs', 'run')} now`;
  const after = command();
  const isSame = after.join() === before.join();
  return isSame
    ? [style('dim', `    ${news}: the same command works again.`)]
    : [style('dim', `    ${news}:`), ...commandLines(after)];
}

function list(ids: readonly string[], singular: string, plural: string): string {
  return `${ids.join(' and ')} ${ids.length === 1 ? singular : plural}`;
}

/** What became of a change in the source. */
export function newsLines(news: News, path: string, style: Style): string[] {
  switch (news.kind) {
    case 'started':
      return [style('green', `✔ started anew after a change of src/${path}`)];
    case 'notBuilt':
      return trouble('The source does not build', news, style);
    case 'notStarted':
      return trouble('What was built does not start', news, style);
    case 'ended':
      return [style('red', `✘ The function ended by itself (${news.code ?? 'killed'}). Waiting for a change in src/.`)];
    default:
      return news satisfies never;
  }
}

function trouble(what: string, { problem, kept }: { problem: string; kept: boolean }, style: Style): string[] {
  const then = kept ? 'The last good one goes on.' : 'Waiting for a change in src/.';
  // Where in the bundle it happened tells nobody anything.
  const lines = problem.split('\n').filter((line) => !/^\s+at /.test(line));
  return [style('red', `✘ ${what}. ${then}`), ...lines.map((line) => `    ${line}`)];
}
