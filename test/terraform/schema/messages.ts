import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A field of a message. `type` is a scalar of proto3, a well-known type, or a name in the same extract. */
export type Field = { type: string; repeated?: true; map?: true; required?: true; outputOnly?: true };
export type Message = { fields: Record<string, Field>; oneofs: string[][] };
/** What the given messages reach: messages, and enums with their values, by full name. */
export type Messages = { messages: Record<string, Message>; enums: Record<string, string[]> };

/** As protobuf.js writes descriptors into the clients' protos.json. */
type Node = {
  nested?: Record<string, Node>;
  fields?: Record<string, { type: string; rule?: string; keyType?: string; options?: Record<string, unknown> }>;
  oneofs?: Record<string, { oneof: string[] }>;
  values?: Record<string, number>;
};

/** Reads messages, and all that they reach, from the descriptors in Google's clients: `{package: [full name]}`. */
export function readMessages(folder: string, wanted: Readonly<Record<string, readonly string[]>>): Messages {
  const found: Messages = { messages: {}, enums: {} };
  for (const [name, roots] of Object.entries(wanted)) {
    const top: Node = JSON.parse(readFileSync(join(folder, name, 'build/protos/protos.json'), 'utf8'));
    for (const root of roots) add(found, top, root);
  }
  return found;
}

function add(found: Messages, top: Node, name: string): void {
  if (name in found.messages || name in found.enums || name.startsWith('google.protobuf.')) return;
  const node = nodeAt(top, name);
  if (node?.values !== undefined) {
    found.enums[name] = Object.keys(node.values);
    return;
  }
  if (node?.fields === undefined) throw new Error(`there is no message ${name}`);
  const fields = Object.entries(node.fields).map(([field, { type, rule, keyType, options }]): [string, Field] => {
    const behavior = options?.['(google.api.field_behavior)'];
    const described: Field = {
      type: resolve(top, name, type),
      ...(rule === 'repeated' && { repeated: true }),
      ...(keyType !== undefined && { map: true }),
      ...(behavior === 'REQUIRED' && { required: true }),
      ...(behavior === 'OUTPUT_ONLY' && { outputOnly: true }),
    };
    return [field, described];
  });
  // Entered before what it reaches: a group of widgets has widgets.
  found.messages[name] = {
    fields: Object.fromEntries(fields),
    oneofs: Object.values(node.oneofs ?? {}).map(({ oneof }) => oneof),
  };
  for (const [, { type }] of fields) if (type.includes('.')) add(found, top, type);
}

const nodeAt = (top: Node, name: string): Node | undefined =>
  name.split('.').reduce<Node | undefined>((node, part) => node?.nested?.[part], top);

/** A type's full name: it is looked for in the message itself first, then in what is around it. */
function resolve(top: Node, message: string, type: string): string {
  for (let scope = message.split('.'); ; scope = scope.slice(0, -1)) {
    const name = [...scope, type].join('.');
    if (nodeAt(top, name) !== undefined) return name;
    if (scope.length === 0) return type;
  }
}
