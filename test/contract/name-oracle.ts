/*
 * The contract's grammar of an operation's name, written a second time and in another way than src/resource-name.ts has
 * it, so that the two can be held against one another.
 */

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const LETTERS = LOWER + LOWER.toUpperCase();

/** Whether text is the name of an operation by section 2 of the contract. */
export function isName(text: string): boolean {
  const [projects, project = '', locations, location = '', operations, operation = '', ...more] = text.split('/');
  if (projects !== 'projects' || locations !== 'locations' || operations !== 'operations' || more.length > 0)
    return false;
  return isProject(project) && isLocation(location) && isOperation(operation);
}

function isProject(text: string): boolean {
  const [domain, id, ...more] = text.split(':');
  if (id !== undefined) return more.length === 0 && isDomain(domain ?? '') && isProjectId(id);
  return isProjectId(text) || (consistsOf(text, DIGITS) && text.length <= 19 && !text.startsWith('0'));
}

function isProjectId(text: string): boolean {
  const rightLength = text.length >= 6 && text.length <= 30;
  return rightLength && consistsOf(text, `${LOWER + DIGITS}-`) && isOneOf(text[0], LOWER) && !text.endsWith('-');
}

function isDomain(text: string): boolean {
  const labels = text.split('.');
  return labels.length > 1 && labels.every(isLabel);
}

function isLabel(text: string): boolean {
  return consistsOf(text, `${LOWER + DIGITS}-`) && !text.startsWith('-') && !text.endsWith('-');
}

function isLocation(text: string): boolean {
  return text.length <= 63 && consistsOf(text, `${LOWER + DIGITS}-`) && isOneOf(text[0], LOWER);
}

function isOperation(text: string): boolean {
  return text.length <= 128 && consistsOf(text, `${LETTERS + DIGITS}._~-`) && isOneOf(text[0], LETTERS + DIGITS);
}

function consistsOf(text: string, alphabet: string): boolean {
  return text !== '' && [...text].every((character) => alphabet.includes(character));
}

function isOneOf(character: string | undefined, alphabet: string): boolean {
  return character !== undefined && alphabet.includes(character);
}
