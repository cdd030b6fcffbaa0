import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, resolve } from 'node:path';
import { chart } from './chart.ts';
import { contenders, root } from './contenders.ts';
import { goals } from './goals.ts';
import { measure, type Plan } from './measure.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { checkFrameworks, installPeers, readDist } from './prepare.ts';
import { showProgress } from './progress.ts';
import { report } from './report.ts';
import { type Results, resultsSchema } from './results.ts';
import { startStandIn } from './stand-in.ts';
import { markdownTable, plainTable } from './table.ts';

const WHOLE: Plan = {
  startRounds: 25,
  loadRounds: 5,
  memory: 2000,
  loads: [
    { latency: 0, parallel: 1, count: 400 },
    { latency: 0, parallel: 20, count: 3000 },
    { latency: 0, parallel: 80, count: 3000 },
    { latency: 50, parallel: 1, count: 20 },
    { latency: 50, parallel: 20, count: 400 },
    { latency: 50, parallel: 80, count: 1600 },
  ],
};

const QUICK: Plan = {
  startRounds: 8,
  loadRounds: 2,
  memory: 2000,
  loads: [
    { latency: 0, parallel: 1, count: 200 },
    { latency: 0, parallel: 20, count: 1500 },
    { latency: 0, parallel: 80, count: 1500 },
  ],
};

async function run(options: Options): Promise<Results> {
  const unknown = options.only.find((id) => !contenders.some((contender) => contender.id === id));
  if (unknown !== undefined) throw new Error(`There is no function "${unknown}".\n\n${USAGE}`);
  const chosen = contenders.filter(({ id }) => options.only.length === 0 || options.only.includes(id));
  const ours = chosen.some(({ id }) => id === 'ours');
  showProgress('install the peers');
  await installPeers();
  const dist = ours ? readDist() : undefined;
  checkFrameworks(chosen);
  const google = await startStandIn();
  try {
    const functions = await measure(chosen, google, options.quick ? QUICK : WHOLE, (text) => {
      // Figures of two builds would be figures of none.
      if (dist !== undefined && readDist().digest !== dist.digest) throw new Error('dist was built anew.');
      showProgress(text);
    });
    return {
      date: new Date().toISOString().slice(0, 10),
      node: process.version,
      machine: `${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? process.arch}`,
      quick: options.quick,
      bundle: dist?.bundle ?? 0,
      codeCache: dist?.codeCache ?? 0,
      functions,
    };
  } finally {
    google.stop();
    showProgress('');
  }
}

function show(results: Results, markdown: boolean): void {
  const render = markdown ? markdownTable : plainTable;
  const length = results.quick ? 'a quick run' : 'a whole run';
  console.log(`Measured ${results.date} on Node.js ${results.node}, ${results.machine}; ${length}.`);
  for (const { title, table } of report(results)) console.log(`\n${title}\n\n${render(table)}`);
  const held = goals(results);
  const missed = held.filter(({ met }) => !met).length;
  if (held.length === 0) return;
  console.log(missed === 0 ? '\nAll goals are met.' : `\nNot met: ${missed} of ${held.length} goals.`);
}

function writeInto(file: string, text: string): void {
  // npm runs scripts in the project's root and keeps the place where it was called.
  const path = resolve(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const options = readOptions(process.argv.slice(2));
if (options === 'help') {
  console.log(USAGE);
} else {
  const { from } = options;
  const results =
    from === undefined
      ? await run(options)
      : resultsSchema.parse(JSON.parse(readFileSync(resolve(root, from), 'utf8')));
  if (options.json !== undefined) writeInto(options.json, `${JSON.stringify(results)}\n`);
  if (options.chart !== undefined) writeInto(options.chart, chart(results));
  show(results, options.markdown);
}
