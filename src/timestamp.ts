const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** A time from outside as the record has it, RFC 3339 in UTC with the digits it came with. Null where it is none. */
export function timestamp(text: string | null | undefined): string | null {
  const match = RFC_3339.exec(text?.toUpperCase() ?? '');
  if (match === null) return null;
  const milliseconds = Date.parse(match[0]);
  if (Number.isNaN(milliseconds)) return null;
  return match[1] === 'Z' ? match[0] : new Date(milliseconds).toISOString();
}
