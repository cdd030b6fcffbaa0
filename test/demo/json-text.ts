/** A value as JSON in one line, with a space behind each colon and comma as people write it. */
export function jsonText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(', ')}]`;
  const fields = Object.entries(value).map(([key, content]) => `${JSON.stringify(key)}: ${jsonText(content)}`);
  return `{${fields.join(', ')}}`;
}
