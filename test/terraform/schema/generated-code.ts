import { readFileSync } from 'node:fs';

/*
 * Terraform's registry publishes a provider's schema only through the provider itself, a program. The npm packages
 * @cdktf/provider-* are code that was generated from these schemas; each class says beside every field what the schema
 * says: its name, type, and whether it is computed, optional or required. The code is read, not run.
 */

/** An argument or attribute, as `terraform providers schema -json` writes it. */
export type Attribute = {
  type: string | [string, string | ['object', Record<string, unknown>]];
  required?: true;
  optional?: true;
  computed?: true;
  write_only?: true;
};

export type NestedBlock = {
  nesting_mode: 'list' | 'set' | 'single';
  block: Block;
  min_items?: number;
  max_items?: number;
};

export type Block = { attributes: Record<string, Attribute>; block_types: Record<string, NestedBlock> };

/** The schema of one resource or data source: its type, and its outermost block. */
export function readSchema(generated: string): { type: string; block: Block } {
  const source = sourceOf(readFileSync(generated, 'utf8'));
  const [, name] = /^export class (\w+) extends cdktf\.Terraform(?:Resource|DataSource|Provider) /m.exec(source) ?? [];
  const [, type] = /static readonly tfResourceType = "(\w+)"/.exec(source) ?? [];
  if (name === undefined || type === undefined) throw new Error(`${generated} has no resource`);
  return { type, block: blockOf(source, name) };
}

/** The TypeScript that a generated file was compiled from. */
function sourceOf(compiled: string): string {
  const [, map = ''] = /sourceMappingURL=data:application\/json;base64,(\S+)/.exec(compiled) ?? [];
  const { sourcesContent }: { sourcesContent: string[] } = JSON.parse(Buffer.from(map, 'base64').toString('utf8'));
  return sourcesContent.join('\n');
}

const FIELD =
  /^ {2}\/\/ (?<name>\w+) - computed: (?<computed>\w+), optional: (?<optional>\w+), required: (?<required>\w+)\n(?<code>(?: {2}[^\n]*\n)+?(?=\n|$| {2}public set| {2}\/\/))/gm;

function blockOf(source: string, className: string): Block {
  const block: Block = { attributes: {}, block_types: {} };
  for (const { groups = {} } of classBody(source, className).matchAll(FIELD)) {
    const { name = '', code = '' } = groups;
    const [required, optional, computed] = [groups['required'], groups['optional'], groups['computed']].map(
      (said) => said === 'true',
    );
    const nested = /= new (\w+?)(OutputReference|List|Map)\(this, "\w+"(?:, (true|false))?\)/.exec(code);
    if (nested !== null && (required || optional)) {
      block.block_types[name] = nestedBlock(source, nested, required === true);
    } else {
      block.attributes[name] = {
        type: nested === null ? simpleType(code) : objectsType(source, nested),
        ...(required && { required: true as const }),
        ...(optional && { optional: true as const }),
        ...(computed && { computed: true as const }),
        // The code does not tell; the name does, by the provider's own convention.
        ...(name.endsWith('_wo') && { write_only: true as const }),
      };
    }
  }
  return block;
}

function classBody(source: string, name: string): string {
  const [, body] = new RegExp(`^export class ${name} extends [^{]*\\{\\n([\\s\\S]*?)^\\}`, 'm').exec(source) ?? [];
  if (body === undefined) throw new Error(`no class ${name}`);
  return body;
}

function nestedBlock(source: string, [, name = '', kind, set]: RegExpExecArray, required: boolean): NestedBlock {
  const block = blockOf(source, `${name}OutputReference`);
  if (name.endsWith('Timeouts')) return { nesting_mode: 'single', block };
  return {
    nesting_mode: set === 'true' ? 'set' : 'list',
    block,
    ...(required && { min_items: 1 }),
    ...(kind === 'OutputReference' && { max_items: 1 }),
  };
}

/** Computed objects are attributes of a type of their own, not blocks. */
function objectsType(source: string, [, name = '', , set]: RegExpExecArray): Attribute['type'] {
  const { attributes } = blockOf(source, `${name}OutputReference`);
  const fields = Object.entries(attributes).map(([field, { type }]) => [field, type]);
  return [set === 'true' ? 'set' : 'list', ['object', Object.fromEntries(fields)]];
}

const SIMPLE: readonly [RegExp, Attribute['type']][] = [
  [/tolist\(this\.getListAttribute/, ['set', 'string']],
  [/tolist\(this\.getNumberListAttribute|token\.asNumberList\(cdktf\.Fn\.tolist/i, ['set', 'number']],
  [/getListAttribute/, ['list', 'string']],
  [/getNumberListAttribute/, ['list', 'number']],
  [/getStringMapAttribute|new cdktf\.StringMap\(/, ['map', 'string']],
  [/getStringAttribute|return this\._\w+;/, 'string'],
  [/getNumberAttribute/, 'number'],
  [/getBooleanAttribute/, 'bool'],
];

function simpleType(code: string): Attribute['type'] {
  const found = SIMPLE.find(([pattern]) => pattern.test(code));
  if (found === undefined) throw new Error(`of what type is this?\n${code}`);
  return found[1];
}
