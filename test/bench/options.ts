import { parseArgs } from 'node:util';

/** What the command line asks for. */
export type Options = {
  quick: boolean;
  markdown: boolean;
  /** Contenders to measure, all where it is empty. */
  only: string[];
  /** File to write the raw figures to. */
  json: string | undefined;
  /** File of raw figures to show again instead of measuring. */
  from: string | undefined;
  /** File to draw the chart into. */
  chart: string | undefined;
};

export const USAGE = `npm run bench -- [options]
  --quick          a smaller run: two minutes, rougher figures, no chart unless --chart asks for one
  --only a,b       only these of: ours, hello, bare-http, bare-fetch, auth-zod, datastream
  --json FILE      write the raw figures
  --from FILE      show the raw figures of an earlier run again, measure nothing
  --chart FILE     where the chart goes (docs/bench.svg)
  --markdown       print the tables as markdown`;

/** Reads the command line. Throws on an option that there is not. */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      only: { type: 'string', default: '' },
      json: { type: 'string' },
      from: { type: 'string' },
      chart: { type: 'string' },
    },
  });
  if (values.help) return 'help';
  const only = values.only.split(',').filter((id) => id !== '');
  const whole = !values.quick && only.length === 0 && values.from === undefined;
  const chart = values.chart ?? (whole ? 'docs/bench.svg' : undefined);
  return { quick: values.quick, markdown: values.markdown, only, json: values.json, from: values.from, chart };
}
