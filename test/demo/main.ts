import { showDemo } from './demo.ts';
import { openStage, type Stage } from './stage.ts';
import { screenOn } from './view/screen.ts';

// `npm run demo`: the built function under the framework's command, called by all three callers. Exits with 1 where
// anything is not as it should be.

/** The exit status of a process that a signal ended is 128 and the signal's number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const opening = openStage();
for (const [signal, status] of Object.entries(SIGNALS)) {
  process.once(signal, () => void opening.then(close, () => {}).finally(() => process.exit(status)));
}
// Whoever read what is printed here is gone.
process.stdout.once('error', () => process.exit(1));

try {
  await using stage = await opening;
  process.exitCode = (await showDemo(stage, screenOn(process.stdout))) ? 0 : 1;
} catch (error) {
  process.stderr.write(`The demo cannot start. ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function close(stage: Stage): Promise<void> {
  return Promise.resolve(stage[Symbol.asyncDispose]());
}
