/** What a way of deploying makes: `service datastream-operation-cancel, memory` → `512Mi`. */
export type Facts = Map<string, string>;

/** `60s`, `14d` and 60 are seconds. */
export function seconds(duration: unknown): string {
  const [, amount, unit = 's'] = /^(\d+)([smhd]?)$/.exec(String(duration)) ?? [];
  const factors: Readonly<Record<string, number>> = { s: 1, '': 1, m: 60, h: 3600, d: 86_400 };
  return amount === undefined ? String(duration) : `${Number(amount) * (factors[unit] ?? Number.NaN)} s`;
}

/** The last part of a resource's name, which is what gcloud takes. */
export const shortName = (name: unknown): string => String(name).split('/').at(-1) ?? '';

/** JSON without its white space, and keys in order. */
export const canonical = (json: string): string => JSON.stringify(sorted(JSON.parse(json)));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

/** A grant, as the scripts and the module both tell it. */
export const grant = (member: string, role: string, on: string): [string, string] => [
  `grant ${role} on ${on} to ${member}`,
  'given',
];
