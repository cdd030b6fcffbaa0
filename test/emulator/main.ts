import { styleText } from 'node:util';
import { type Emulator, startEmulator } from './emulator.ts';
import { type OperationKind, oneOfEachKind } from './kinds.ts';

// `npm run emulator`: the emulator alone, until it is interrupted.

const defaultPort = 8085;
const kinds = oneOfEachKind('projects/acme-data/locations/us-central1');

try {
  const emulator = await start(portOf(process.env['PORT'] ?? ''));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void emulator.close());
  process.stdout.write(banner(emulator, kinds));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** The port that `text`, the variable PORT, asks for; throws where it is no port. */
function portOf(text: string): number {
  if (text === '') return defaultPort;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new Error('PORT must be a number from 1 to 65535, or 0 for any free port.');
  }
  return Number(text);
}

async function start(port: number): Promise<Emulator> {
  try {
    return await startEmulator({ port, operations: kinds.map(({ start }) => start) });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE')
      throw new Error(`Port ${port} is taken. Choose another one: PORT=${port + 1} npm run emulator`);
    if (code === 'EACCES')
      throw new Error(`Port ${port} needs more rights than you have. Choose another one: PORT=8085 npm run emulator`);
    throw error;
  }
}

/** What a standalone emulator tells the person who started it. Colors only where stdout is a terminal that wants them. */
function banner(emulator: Emulator, kinds: readonly OperationKind[]): string {
  const widest = Math.max(...kinds.map(({ start }) => start.id.length));
  const first = `${emulator.parent}/operations/${kinds[0]?.start.id ?? ''}`;
  return [
    '',
    `  ${bold('Datastream emulator')} on ${bold(emulator.url)}, with a metadata server on the same port. Ctrl+C ends it.`,
    '',
    heading(`Operations in ${emulator.parent}/operations/`),
    ...kinds.map(({ start, does }) => `    ${green(start.id.padEnd(widest))}  ${does}`),
    '',
    heading('Variables for a function that is to use it'),
    ...Object.entries(emulator.environment).map(([name, value]) => `    export ${name}=${value}`),
    '    unset GOOGLE_APPLICATION_CREDENTIALS',
    '',
    heading('To try'),
    `    curl -H 'Authorization: Bearer any' ${emulator.url}/v1/${first}`,
    `    curl -H 'Authorization: Bearer any' -d '' ${emulator.url}/v1/${first}:cancel`,
    `    curl ${emulator.url}/emulator  ${dim('# everything else: start operations, let requests fail, see what was received')}`,
    '',
    '',
  ].join('\n');
}

function heading(text: string): string {
  return `  ${bold(text)}`;
}

function bold(text: string): string {
  return styleText('bold', text);
}

function green(text: string): string {
  return styleText('green', text);
}

function dim(text: string): string {
  return styleText('dim', text);
}
