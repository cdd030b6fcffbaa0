/* As much of protobuf's wire format as it takes to tell Terraform a schema. */

/** A field whose value is a message, text or bytes. */
export function bytes(number: number, value: Uint8Array | string): Buffer {
  const content = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
}

/** A field whose value is a number, an enum or true; nothing for zero, which is the default. */
export function integer(number: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.concat([varint(number * 8), varint(value)]);
}

function varint(value: number): Buffer {
  const groups = [];
  for (; value > 127; value = Math.floor(value / 128)) groups.push((value % 128) + 128);
  return Buffer.from([...groups, value]);
}
