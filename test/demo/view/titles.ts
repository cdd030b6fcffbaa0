import type { Screen } from './screen.ts';

/** What the demo is, at its top. */
export function titleLines({ style }: Screen): string[] {
  return [
    '',
    `  ${style('bold', 'datastream-operation-cancel')}`,
    `  ${style('dim', 'The real function against an emulator of Google; nothing leaves this machine.')}`,
  ];
}

/** The title of a scene with a rule under it. */
export function sceneTitle(number: number, title: string, { width, style }: Screen): string[] {
  return ['', '', `  ${style('bold', `${number}  ${title}`)}`, `  ${style('dim', '─'.repeat(width - 4))}`];
}
