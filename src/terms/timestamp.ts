const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** What google.protobuf.Timestamp spans: years 1 to 9999. */
const EARLIEST = Date.parse('0001-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/** How many characters a time has up to its seconds. */
const SECONDS = 19;

/** A time from outside as the record has it, RFC 3339 in UTC with the digits it came with. Null where it is none. */
export function timestamp(text: string | null | undefined): string | null {
  const match = RFC_3339.exec(text?.toUpperCase() ?? '');
  if (match === null) return null;
  const milliseconds = Date.parse(match[0]);
  if (!(milliseconds >= EARLIEST && milliseconds <= LATEST)) return null;
  const utc = new Date(milliseconds).toISOString();
  if (match[1] !== 'Z') return utc;
  // Date.parse lets days and hours run over, such as 30 February; then the time that it tells is another one.
  return utc.slice(0, SECONDS) === match[0].slice(0, SECONDS) ? match[0] : null;
}
