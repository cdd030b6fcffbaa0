import { banner } from './banner.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { oneOfEachKind } from './kinds.ts';

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
