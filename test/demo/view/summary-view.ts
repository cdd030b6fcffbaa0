import { holds } from '../checks.ts';
import type { Played } from '../play.ts';
import type { Screen } from './screen.ts';
import { wrap } from './wrap.ts';

/** The table at the end, a row for each scene, and what to do next. `seconds` is how long all of it took. */
export function summaryLines(scenes: readonly Played[], seconds: number, { width, style }: Screen): string[] {
  const rows = scenes.map(({ scene, steps, problems }, index) => {
    const right = problems.length === 0;
    const answers = steps.flatMap(({ exchanges }) => exchanges).length;
    const checks = steps.flatMap(({ checks }) => checks);
    const cells = [
      `${index + 1}  ${scene.name}`.padEnd(24),
      `${answers} ${answers === 1 ? 'answer' : 'answers'}`.padEnd(12),
      `${checks.filter(holds).length} of ${checks.length} checks hold`,
    ];
    return `  ${style(right ? 'green' : 'red', right ? '✔' : '✘')}  ${cells.join('')}`;
  });
  const problems = scenes.flatMap((played) => played.problems);
  const took = `${seconds.toFixed(1)} s`;
  const verdict =
    problems.length === 0
      ? style(['green', 'bold'], `  Everything is as it should be, in ${took}.`)
      : style(['red', 'bold'], `  Not as it should be (${took}):`);
  return [
    '',
    `  ${style('dim', '─'.repeat(width - 4))}`,
    ...rows,
    '',
    verdict,
    ...problems.flatMap((problem) => problemLines(problem, width).map((line) => style('red', line))),
    '',
    `  ${style('bold', 'npm run dev')}  keeps emulator and function up for your own curl.`,
    `  ${style('bold', 'README.md')}    tells what each outcome means, and how to deploy.`,
    '',
  ];
}

function problemLines(problem: string, width: number): string[] {
  return wrap(problem, width - 4).map((line, index) => `${index === 0 ? '  ✘ ' : '    '}${line}`);
}
