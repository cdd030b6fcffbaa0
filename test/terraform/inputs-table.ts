import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Body, readFolder } from './hcl.ts';

/** The table of inputs, as docs/terraform.md must have it. */
export async function inputsTable(folder: string): Promise<string> {
  const variables = (await readFolder(join(folder, 'terraform'))).filter(({ kind }) => kind === 'variable');
  const rows = variables.map(
    ({ name, body }) => `| \`${name}\` | ${typeOf(body)} | ${defaultOf(body)} | ${cell(body['description'])} |`,
  );
  return ['| variable | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

export async function checkInputsTable(folder: string): Promise<string[]> {
  const table = await inputsTable(folder);
  const page = readFileSync(join(folder, 'docs/terraform.md'), 'utf8');
  return page.includes(table) ? [] : [`it is not current; put this there:\n${table}`];
}

const cell = (value: unknown): string => String(value ?? '').replaceAll('|', '\\|');

/** An object's type is its attributes, each optional one with a question mark. */
function typeOf(body: Body): string {
  const type = String(body['type']).replace(/^\$\{(.*)\}$/s, '$1');
  if (!type.startsWith('object')) return `\`${type}\``;
  const attributes = [...type.matchAll(/^\s+(\w+)\s+= (optional\()?/gm)];
  return attributes.map(([, name, optional]) => `\`${name}${optional === undefined ? '' : '?'}\``).join(', ');
}

const defaultOf = (body: Body): string => ('default' in body ? `\`${JSON.stringify(body['default'])}\`` : 'required');
