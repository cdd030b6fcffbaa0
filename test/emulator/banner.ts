import { styleText } from 'node:util';
import type { Emulator } from './emulator.ts';
import type { OperationKind } from './kinds.ts';

/** What a standalone emulator tells the person who started it. Colors only where stdout is a terminal that wants them. */
export function banner(emulator: Emulator, kinds: readonly OperationKind[]): string {
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
