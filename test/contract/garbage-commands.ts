import fc from 'fast-check';

/*
 * What property tests send: mostly near what is right, since what is far from it is refused at the first look.
 */

const project = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/),
  fc.stringMatching(/^[a-z][a-z0-9]{0,8}\.[a-z]{2,3}:[a-z][a-z0-9-]{4,12}[a-z0-9]$/),
  fc.stringMatching(/^[1-9][0-9]{0,14}$/),
);
const location = fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/);
const operation = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._~-]{0,60}$/);

/** Names of operations as they should be. */
export const names = fc
  .tuple(project, location, operation)
  .map(([p, l, o]) => `projects/${p}/locations/${l}/operations/${o}`);

/** What changes the meaning of a path, a query or a host. */
const turn = fc.constantFrom('/', '/', '..', '/../', '%2F', '?', '#', ':', '@', '\\', '//', '*', ':cancel');

/** What breaks a header, folds to a letter, stands for another character, or is no text at all. */
const trouble = fc.oneof(
  fc.constantFrom('\r\n', '\n', '\0', ' ', '%', '-', '~', '_', '.', 'A', '0', 'https://', '😀', 'é', '\u212a'),
  fc.constantFrom('\uff0f', '\u2024', '\ud800', '\u00a0', '\ufeff'),
  fc.string({ unit: 'binary', maxLength: 3 }),
);

/** Names with a piece of one segment cut out and something else put in its place: some still are names. */
export const nearNames = fc
  .tuple(names, fc.nat(5), fc.nat(), fc.nat(3), fc.oneof(turn, trouble))
  .map(([name, segment, at, cut, put]) => {
    const segments = name.split('/');
    const text = segments[segment] ?? '';
    const from = at % (text.length + 1);
    return segments.with(segment, text.slice(0, from) + put + text.slice(from + cut)).join('/');
  });

/** Values of JSON, right ones for some field among them. */
export const values = fc.oneof(
  { maxDepth: 2 },
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  nearNames,
  names,
  fc.constantFrom('0s', '0.5s', '-1s', '1e9s', '315576000001s', true, false, null, 0, -1, 1.5, 1e308),
);

const field = fc.oneof(
  fc.constantFrom('name', 'reason', 'validateOnly', 'wait', 'requestId', 'parent', 'select', 'maxOperations'),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'Name', '', 'select.minAge'),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

const select = fc.dictionary(
  fc.oneof(fc.constantFrom('verbs', 'target', 'minAge', '__proto__'), fc.string()),
  fc.oneof(values, fc.array(values, { maxLength: 4 }), fc.constantFrom(['create'], '7200s', 'projects/*')),
  { maxKeys: 4 },
);

/** JSON objects with the fields of a command and others, right and wrong. */
export const commands = fc.oneof(
  fc.dictionary(field, values, { maxKeys: 8 }),
  fc
    .record({ name: fc.oneof(names, nearNames) })
    .chain((right) => fc.dictionary(field, values, { maxKeys: 2 }).map((wrong) => ({ ...wrong, ...right }))),
  fc.record(
    {
      parent: fc.oneof(fc.constant('projects/acme-data/locations/us-central1'), values),
      select,
      validateOnly: fc.constant(true),
    },
    { requiredKeys: [] },
  ),
);

/** Bytes of any kind: noise, broken UTF-8, JSON cut off, commands, envelopes. */
export const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: 'binary', maxLength: 300 }).map((text) => Buffer.from(text)),
  fc.json({ maxDepth: 3 }).map((text) => Buffer.from(text)),
  fc
    .tuple(fc.json({ maxDepth: 3 }), fc.nat(40))
    .map(([text, cut]) => Buffer.from(text.slice(0, Math.max(0, text.length - cut)))),
  commands.map((command) => Buffer.from(JSON.stringify(command))),
  fc.constantFrom('', '\ufeff', ' ', 'null', '[', '{', '"', '{}', '[]', '0').map((text) => Buffer.from(text)),
);
