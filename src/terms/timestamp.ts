const RFC_3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** What google.protobuf.Timestamp spans: years 1 to 9999. */
const EARLIEST = Date.parse('0001-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/** How many characters a time has up to its seconds. */
const SECONDS = 19;

/** A time from outside as the record has it, RFC 3339 in UTC with the digits it came with. Null where it is none. */
export function timestamp(text: string | null | undefined): string | null {
  const [, local = '', fraction = '', zone = ''] = RFC_3339.exec(text?.toUpperCase() ?? '') ?? [];
  // Date.parse lets days and hours run over, such as 30 February; then the time that it tells is another one.
  if (utcSeconds(`${local}Z`) !== local) return null;
  const milliseconds = Date.parse(local + zone);
  if (!(milliseconds >= EARLIEST && milliseconds <= LATEST)) return null;
  return `${utcSeconds(local + zone)}${fraction}Z`;
}

function utcSeconds(text: string): string | undefined {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().slice(0, SECONDS);
}
