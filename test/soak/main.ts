import { crashes } from './crashes.ts';
import { faults } from './faults.ts';
import { manyOperations } from './many-operations.ts';
import { type PARTS, type SoakOptions, soakOptions, USAGE } from './options.ts';
import { overload } from './overload.ts';
import { parallel } from './parallel.ts';
import { type Section, text } from './report.ts';

/*
 * The long proof: some five minutes, loopback only, nothing left behind. Ends with 1 where a promise did not hold, after
 * all parts have run, and with 2 where it was called wrongly.
 */

/** Datastream's own quota is 1,200 calls in 60 s; here a minute takes 3 s. */
const QUOTA = { limit: 1200, windowMs: 3000, hint: 'details' } as const;

const RUN: Readonly<Record<(typeof PARTS)[number], (options: SoakOptions) => Promise<Section[]>>> = {
  async faults({ seed, requests, request }) {
    const { failures, ...figures } = await faults({
      seed,
      requests,
      parallel: 50,
      deadlines: [700, 1500, 3000],
      only: request,
    });
    return [{ title: `Truth under faults, seed ${seed}`, figures, failures }];
  },
  async crashes({ seed }) {
    const { failures, ...figures } = await crashes({ seed, messages: 2000, mostKills: 60, longestLife: 1500 });
    return [{ title: `Crashes, seed ${seed}`, figures, failures }];
  },
  async overload() {
    const { failures, ...figures } = await overload({ messages: 5000, quota: QUOTA });
    return [{ title: 'Overload: a quota of 1,200 calls a minute, a minute being 3 s', figures, failures }];
  },
  async parallel() {
    const { failures, ...figures } = await parallel({ parallel: 80, seconds: 60 });
    return [{ title: '80 in parallel for a minute', figures, failures }];
  },
  async 'many-operations'() {
    const sections: Section[] = [];
    for (const listed of [500, 50_000]) {
      const { failures, ...figures } = await manyOperations(listed);
      sections.push({ title: `A sweep of 20 operations out of ${listed}`, figures, failures });
    }
    return sections;
  },
};

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) return 2;
  const sections: Section[] = [];
  for (const part of options.only) {
    process.stderr.write(`${part} …\n`);
    for (const section of await RUN[part](options)) {
      sections.push(section);
      process.stdout.write(text(section));
    }
  }
  const failed = sections.filter(({ failures }) => failures.length > 0);
  const again = `npm run soak -- --only=${options.only.join(',')} --seed=${options.seed} --requests=${options.requests}`;
  process.stdout.write(failed.length === 0 ? '\nEverything held.\n' : `\nNot everything held. Again: ${again}\n`);
  return failed.length === 0 ? 0 : 1;
}

function readOptions(): SoakOptions | undefined {
  try {
    return soakOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}\n`);
    return undefined;
  }
}

// Connections that are kept alive would keep the process as well.
process.exit(await main());
