import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startBuiltFunction } from '../demo/built-function.ts';
import { type Screen, screenOn } from '../demo/view/screen.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { oneOfEachKind } from '../emulator/kinds.ts';
import type { FunctionProcess } from '../support/process.ts';
import { bundle } from './bundle.ts';
import { openFront } from './front.ts';
import { endsRequest, logLine } from './log-line.ts';
import { onPort } from './ports.ts';
import { openTries, type Try } from './tries.ts';
import { watchFolder } from './watch.ts';
import { newsLines, refilled, welcome } from './words.ts';
import { type News, openWorkshop } from './workshop.ts';

/** What is there besides the operations of the tries, for whoever wants to see another end. */
const KINDS = oneOfEachKind('projects/acme-data/locations/us-central1');

const SOURCE = fileURLToPath(new URL('../../src', import.meta.url));

/** Runs emulator and function, follows the source and tells of it on stdout, until `closing` is aborted. */
export async function developUntil(closing: AbortSignal): Promise<void> {
  const operations = KINDS.map((kind) => kind.start);
  await using emulator = await onPort('EMULATOR_PORT', 8085, (port) => startEmulator({ port, operations }));
  await using front = await onPort('PORT', 8080, openFront);
  const url = `http://127.0.0.1:${front.port}`;
  const tries = openTries(emulator, url);
  const { print, style } = screenOn(process.stdout);

  let welcomed = false;
  let changed = '';
  const say = (news: News) => {
    const isFirst = news.kind === 'started' && !welcomed;
    welcomed ||= isFirst;
    print(
      isFirst
        ? welcome({ url, emulatorUrl: emulator.url, tries, kinds: operations.map(({ id }) => id) }, style)
        : newsLines(news, changed, style),
    );
  };
  const start = async () => {
    const started = await startBuiltFunction(environmentOf(emulator), 'left');
    showOutput(started, tries, { print, style });
    return started;
  };
  await using workshop = openWorkshop({ build: () => bundle(closing), start, leadTo: front.leadTo, say });
  using _watcher = watchFolder(SOURCE, (path) => {
    changed = path;
    void workshop.renew();
  });
  await workshop.renew();
  if (!closing.aborted) await once(closing, 'abort');
}

/** The settings of whoever develops, and the emulator in Google's place. */
function environmentOf(emulator: Emulator): Readonly<Record<string, string | undefined>> {
  return { ...process.env, NODE_ENV: 'production', ...emulator.environment };
}

/** Shows what a function prints as it comes, and starts new operations in place of those that are done. */
function showOutput({ child }: FunctionProcess, tries: readonly Try[], { print, style }: Omit<Screen, 'width'>): void {
  child.stderr?.on('data', (text: string) => print([text]));
  if (child.stdout === null) return;
  createInterface(child.stdout).on('line', (line) => {
    print([logLine(line, style)]);
    if (endsRequest(line)) print(tries.flatMap((one) => refilled(one, style)));
  });
}
