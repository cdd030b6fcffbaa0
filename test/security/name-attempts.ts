import { type Attempt, attempts, INVALID, PARENT_DENIED } from './attempt.ts';
import { command, type World } from './world.ts';

const PARENT = 'projects/acme-data/locations/us-central1';

/** Names that are none, sent as JSON, so that every character arrives. */
function names(rows: Readonly<Record<string, (operation: string) => unknown>>): Attempt[] {
  const requests = Object.entries(rows).map(
    ([title, make]) =>
      [title, ({ operation }: World) => ({ body: JSON.stringify({ name: make(operation) }) })] as const,
  );
  return attempts('open', INVALID, Object.fromEntries(requests));
}

/** Names that would lead the request elsewhere if they got into its URL. */
export const NAME_ATTEMPTS: Attempt[] = names({
  'an operation of dots': () => `${PARENT}/operations/..`,
  'an operation of one dot': () => `${PARENT}/operations/.`,
  'a way up behind the operation': (name) => `${name}/../../../../projects/other-project`,
  'a way up in place of the project': () => 'projects/../locations/us-central1/operations/operation-1',
  'a way up in place of the location': () => 'projects/acme-data/locations/../operations/operation-1',
  'percent-encoded dots': () => `${PARENT}/operations/%2e%2e`,
  'a percent-encoded slash': () => `${PARENT}/operations/operation-1%2F..%2Foperation-2`,
  'a slash encoded twice': () => `${PARENT}/operations/operation-1%252F..`,
  'a percent-encoded NUL': (name) => `${name}%00`,
  'a NUL': (name) => `${name}\0`,
  'a newline behind': (name) => `${name}\n`,
  'a carriage return and a header behind': (name) => `${name}\r\nX-Injected: 1`,
  'a newline before': (name) => `\n${name}`,
  'a newline in the middle': (name) => name.replace('/locations', '\n/locations'),
  'a tab': (name) => `${name}\t`,
  'a space behind': (name) => `${name} `,
  'a query': (name) => `${name}?alt=media`,
  'a fragment': (name) => `${name}#x`,
  'a matrix parameter': (name) => `${name};x=1`,
  ':cancel behind': (name) => `${name}:cancel`,
  ':CANCEL behind': (name) => `${name}:CANCEL`,
  'another method behind': (name) => `${name}:delete`,
  'a slash behind': (name) => `${name}/`,
  'two slashes': (name) => name.replace('/locations', '//locations'),
  'a slash before': (name) => `/${name}`,
  backslashes: (name) => name.replaceAll('/', '\\'),
  'credentials and a host in the project': () => 'projects/x@evil.example/locations/us-central1/operations/operation-1',
  'another host': (name) => `https://evil.example/v1/${name}`,
  'another host without a scheme': (name) => `//evil.example/${name}`,
  'the host of Datastream': (name) => `//datastream.googleapis.com/${name}`,
  'a version before': (name) => `v1/${name}`,
  'full-width slashes': (name) => name.replaceAll('/', '\uFF0F'),
  'fraction slashes': (name) => name.replaceAll('/', '\u2044'),
  'a one-dot leader': () => `${PARENT}/operations/operation\u20241`,
  'a Cyrillic letter in the project': (name) => name.replace('acme', '\u0430cme'),
  'a dotless i in the location': () => 'projects/acme-data/locations/us-centra\u01311/operations/operation-1',
  'a Kelvin sign in the operation': () => `${PARENT}/operations/\u212Aelvin`,
  'full-width letters': (name) => name.replace('acme', '\uFF41\uFF43\uFF4D\uFF45'),
  'Arabic digits for a project number': () => 'projects/\u0661\u0662\u0663/locations/us-central1/operations/o',
  'a zero-width space': (name) => `${name}\u200B`,
  'text from right to left': (name) => `\u202E${name}`,
  'a combining accent': (name) => `${name}\u0301`,
  'half a character': (name) => `${name}\uD800`,
  'an accent that two code points make': (name) => name.replace('acme', 'acme\u0308'),
  'a project in capitals': (name) => name.replace('acme', 'ACME'),
  'Projects in capitals': (name) => name.replace('projects', 'PROJECTS'),
  'a wildcard for the project': () => 'projects/*/locations/us-central1/operations/operation-1',
  'a hyphen for the project': () => 'projects/-/locations/us-central1/operations/operation-1',
  'a wildcard for the location': () => 'projects/acme-data/locations/*/operations/operation-1',
  'a hyphen for every location': () => 'projects/acme-data/locations/-/operations/operation-1',
  'a wildcard for the operation': () => `${PARENT}/operations/*`,
  'no operation': () => `${PARENT}/operations/`,
  'an operation of 129 characters': () => `${PARENT}/operations/${'o'.repeat(129)}`,
  'a name of sixty thousand characters': () => `${PARENT}/operations/${'o/'.repeat(30_000)}`,
  'a stream': () => `${PARENT}/streams/orders`,
  'an operation under a stream': () => `${PARENT}/streams/orders/operations/operation-1`,
  'two names': (name) => `${name},${name}`,
  'a list of names': (name) => [name],
  'an object that looks like a name': (name) => ({ toString: name, length: name.length }),
  'an empty name': () => '',
  'a domain with a slash in it': () => 'projects/evil.example/x:acme-data/locations/us-central1/operations/o',
  'a project number with a sign': () => 'projects/+481516234200/locations/us-central1/operations/o',
  'a project number in hexadecimal': () => 'projects/0x701c0ff8/locations/us-central1/operations/o',
});

/** Bodies that another reader could take for something else than this one does. */
export const BODY_ATTEMPTS: Attempt[] = [
  ...attempts('open', INVALID, {
    '__proto__ beside the name': ({ operation }) => ({ body: `{"__proto__": {"name": "x"}, "name": "${operation}"}` }),
    'constructor beside the name': (world) => ({ body: command(world, { constructor: { prototype: {} } }) }),
    'a name in __proto__': ({ operation }) => ({ body: `{"__proto__": {"name": "${operation}"}}` }),
    'a field in capitals': ({ operation }) => ({ body: JSON.stringify({ Name: operation }) }),
    'a field that is not known': (world) => ({ body: command(world, { force: true }) }),
    'an endpoint in the command': (world) => ({ body: command(world, { endpoint: 'https://evil.example' }) }),
    'validateOnly as a string': (world) => ({ body: command(world, { validateOnly: 'false' }) }),
    'a list of commands': (world) => ({ body: `[${command(world)}]` }),
    'two commands behind each other': (world) => ({ body: `${command(world)}${command(world)}` }),
    'two bare names in two lines': ({ operation }) => ({ body: `${operation}\n${operation}` }),
    'a bare name with a header behind': ({ operation }) => ({ body: `${operation}\r\nX-Injected: 1` }),
    'JSON with a comment': (world) => ({ body: `${command(world)} // please` }),
    'JSON in UTF-16': (world) => ({ body: Buffer.from(command(world), 'utf16le') }),
    'a slash in two bytes of UTF-8': ({ operation }) => {
      const [start = '', ...rest] = operation.split('/');
      return { body: Buffer.concat([Buffer.from(start), Buffer.from([0xc0, 0xaf]), Buffer.from(rest.join('/'))]) };
    },
    'a reason with a line break': (world) => ({ body: command(world, { reason: 'because\r\nX-Injected: 1' }) }),
    'a reason of half a character': (world) => ({ body: command(world, { reason: '\uDC00' }) }),
    'a request id with a line break': (world) => ({ body: command(world, { requestId: 'a\nb' }) }),
    'a form': ({ operation }) => ({
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `name=${encodeURIComponent(operation)}`,
    }),
    'brackets, thirty thousand deep': () => ({ body: '['.repeat(30_000) }),
    'a name beside a selection': (world) => ({
      body: command(world, { parent: PARENT, select: { verbs: ['create'] } }),
    }),
  }),
  ...attempts('open', PARENT_DENIED, {
    'two names, the first of them allowed': ({ operation }) => ({
      body: `{"name": "${operation}", "name": "projects/other-project/locations/us-central1/operations/operation-1"}`,
    }),
    'a slash escaped in JSON before another project': () => ({
      body: '{"name": "projects\\u002fother-project\\/locations/us-central1/operations/operation-1"}',
    }),
  }),
];
