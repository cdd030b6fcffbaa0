import { developUntil } from './develop.ts';

// `npm run dev`: emulator and function stay up for curl, and the function follows the source, until it is interrupted.

const closing = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => closing.abort());
// Whoever read what is printed here is gone.
process.stdout.on('error', () => closing.abort());

try {
  await developUntil(closing.signal);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
