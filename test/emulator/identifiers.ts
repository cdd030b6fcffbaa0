import { randomUUID } from 'node:crypto';

/** An operation id of the form that Datastream gives: `operation-<ms>-<13 hex>-<8 hex>-<8 hex>`. `now` is in ms since 1970. */
export function operationId(now: number): string {
  const hex = randomUUID().replaceAll('-', '');
  return `operation-${now}-${hex.slice(0, 13)}-${hex.slice(13, 21)}-${hex.slice(21, 29)}`;
}

/** Google's timestamps have nine fractional digits. The clock gives three (`ms` since 1970); `salt` makes up the rest. */
export function timestamp(ms: number, salt: number): string {
  const nanoseconds = String((salt * 7919 + 3653) % 1_000_000).padStart(6, '0');
  return `${new Date(ms).toISOString().slice(0, -1)}${nanoseconds}Z`;
}
