import { styleText } from 'node:util';

/** Shows what is under way: one line that changes on a terminal, a line each elsewhere. The empty text takes it away. */
export function showProgress(text: string): void {
  const { stderr } = process;
  if (stderr.isTTY) stderr.write(`\r\u001b[2K${text === '' ? '' : styleText('dim', `${text} …`)}`);
  else if (text !== '') stderr.write(`${text}\n`);
}
