import { readProviders } from './extracts.ts';
import { type Body, blocksOf, bodyOf, type Declared, type Hcl } from './hcl.ts';
import type { Attribute, Block } from './schema/generated-code.ts';

/* Names, types and required arguments of what a module declares, against the providers' schemas. */

/** What Terraform itself takes in every resource. */
const META = new Set(['count', 'for_each', 'provider', 'depends_on', 'lifecycle', 'dynamic']);

const kinds = {
  resource: 'resource_schemas',
  data: 'data_source_schemas',
  ephemeral: 'ephemeral_resource_schemas',
} as const;

/** Every problem of the resources, data sources and ephemeral resources, a line each. */
export function resourceProblems(declared: readonly Declared[]): string[] {
  const providers = Object.values(readProviders());
  return declared.flatMap(({ kind, type, name, body }) => {
    if (kind !== 'resource' && kind !== 'data' && kind !== 'ephemeral') return [];
    const schema = providers.map((provider) => provider[kinds[kind]]?.[type]).find((found) => found !== undefined);
    if (schema === undefined) return [`${type}.${name}: there is no such ${kind} (or the extract is old)`];
    return bodyProblems(body, schema.block, `${type}.${name}`);
  });
}

function bodyProblems(body: Body, block: Block, path: string): string[] {
  const given = { ...body, ...dynamicBlocks(body) };
  const names = Object.keys(given).filter((name) => !META.has(name));
  const problems = names.flatMap((name) => {
    const attribute = block.attributes[name];
    if (attribute !== undefined) return attributeProblems(given[name] ?? null, attribute, `${path}.${name}`);
    const nested = block.block_types[name];
    if (nested === undefined) return [`${path}: there is no argument ${name}`];
    const blocks = blocksOf(given[name]);
    const tooMany = nested.max_items !== undefined && blocks.length > nested.max_items;
    return [
      ...(tooMany ? [`${path}: at most ${nested.max_items} of ${name}`] : []),
      ...blocks.flatMap((one) => bodyProblems(one, nested.block, `${path}.${name}`)),
    ];
  });
  const required = [
    ...Object.keys(block.attributes).filter((name) => block.attributes[name]?.required),
    ...Object.keys(block.block_types).filter((name) => (block.block_types[name]?.min_items ?? 0) > 0),
  ];
  const missing = required.filter((name) => !(name in given)).map((name) => `${path}: ${name} is missing`);
  return [...problems, ...missing];
}

/** `dynamic "labels" { content { … } }` as the block that it makes. */
const dynamicBlocks = (body: Body): Body =>
  Object.fromEntries(
    Object.entries(bodyOf(body['dynamic'])).map(([name, blocks]) => [
      name,
      blocksOf(blocks).flatMap(({ content }) => blocksOf(content)),
    ]),
  );

function attributeProblems(value: Hcl, { type, required, optional }: Attribute, path: string): string[] {
  if (!required && !optional) return [`${path}: is not for us to set`];
  return fits(value, type) ? [] : [`${path}: is no ${typeof type === 'string' ? type : type[0]}`];
}

/** Whether a value has a type, as far as that can be told before it is computed. Terraform turns numbers into text. */
function fits(value: Hcl, type: Attribute['type']): boolean {
  if (value === null || (typeof value === 'string' && value.includes('${'))) return true;
  const [outer, inner] = typeof type === 'string' ? [type] : type;
  switch (outer) {
    case 'string':
      return typeof value !== 'object';
    case 'number':
      return typeof value === 'number' || (typeof value === 'string' && value !== '' && Number.isFinite(Number(value)));
    case 'bool':
      return typeof value === 'boolean' || value === 'true' || value === 'false';
    case 'map':
      return typeof value === 'object' && !Array.isArray(value) && allFit(Object.values(value), inner);
    default:
      return Array.isArray(value) && allFit(value, inner);
  }
}

const allFit = (values: readonly Hcl[], type: Attribute['type'][1] | undefined): boolean =>
  typeof type !== 'string' || values.every((value) => fits(value, type));

/** Every problem of the modules that a folder calls, against the variables of the module that they call. */
export function callProblems(calls: readonly Declared[], module: readonly Declared[]): string[] {
  const variables = module.filter(({ kind }) => kind === 'variable');
  const known = new Set([...variables.map(({ name }) => name), 'source', ...META]);
  const required = variables.filter(({ body }) => !('default' in body)).map(({ name }) => name);
  return calls
    .filter(({ kind }) => kind === 'module')
    .flatMap(({ name, body }) => [
      ...Object.keys(body)
        .filter((argument) => !known.has(argument))
        .map((argument) => `module.${name}: there is no variable ${argument}`),
      ...required.filter((argument) => !(argument in body)).map((argument) => `module.${name}: ${argument} is missing`),
    ]);
}

/** Every import whose target is no resource of the module, which validate does not see. */
export function importProblems(imports: readonly Declared[], module: readonly Declared[]): string[] {
  const known = new Set(module.filter(({ kind }) => kind === 'resource').map(({ type, name }) => `${type}.${name}`));
  return imports
    .filter(({ kind, name }) => kind === 'import' && !known.has(/^\$\{module\.\w+\.(\w+\.\w+)/.exec(name)?.[1] ?? ''))
    .map(({ name }) => `import: the module has no ${name}`);
}
