import assert from 'node:assert/strict';
import { type Stage, startStage } from './stage.ts';

const PARENT = 'projects/acme-data/locations/us-central1';
const operations = (id: string) => `${PARENT}/operations/${id}`;
const inProject = (project: string) => `projects/${project}/locations/us-central1/operations/op`;
const inLocation = (location: string) => `projects/acme-data/locations/${location}/operations/op`;

const RIGHT: readonly { what: string; name: string }[] = [
  { what: 'an id seen in the wild', name: operations('operation-1751412314093-638e674d63861-478a3a02-740f2b50') },
  { what: 'an operation id of one digit', name: operations('7') },
  { what: 'an operation id of 128 characters', name: operations('a'.repeat(128)) },
  { what: 'every character of an operation id', name: operations('AZaz09._~-') },
  { what: 'an operation id with dots in a row', name: operations('a..b') },
  { what: 'a project id of 6', name: inProject('abc-12') },
  { what: 'a project id of 30', name: inProject(`a${'b-'.repeat(14)}9`) },
  { what: 'a domain-scoped project', name: inProject('example.com:my-project') },
  { what: 'a project number', name: inProject('481516234200') },
  { what: 'a project number of one digit', name: inProject('7') },
  { what: 'a location of one letter', name: inLocation('a') },
  { what: 'a location of 63', name: inLocation(`a${'1-'.repeat(31)}`) },
];

const WRONG: readonly { what: string; name: string }[] = [
  { what: 'the empty string', name: '' },
  { what: 'an operation id without a name', name: 'operation-1' },
  { what: 'a name that lacks its project', name: 'locations/us-central1/operations/op' },
  { what: 'a parent alone', name: PARENT },
  { what: 'no operation id', name: operations('') },
  { what: 'an operation id of 129', name: operations('a'.repeat(129)) },
  { what: 'an operation id that starts with a dot', name: operations('.a') },
  { what: 'a dot segment', name: operations('..') },
  { what: 'an operation id that starts with a hyphen', name: operations('-a') },
  { what: 'an operation id that starts with a tilde', name: operations('~a') },
  { what: 'an operation id that starts with an underscore', name: operations('_a') },
  { what: 'a slash behind', name: operations('a/') },
  { what: 'a segment behind', name: operations('a/b') },
  { what: 'a verb behind', name: operations('a:cancel') },
  { what: 'a query', name: operations('a?alt=media') },
  { what: 'a fragment', name: operations('a#b') },
  { what: 'a percent sign', name: operations('a%2Fb') },
  { what: 'an encoded dot segment', name: operations('%2e%2e') },
  { what: 'a backslash', name: operations('a\\b') },
  { what: 'a semicolon', name: operations('a;b') },
  { what: 'an at sign', name: operations('a@b') },
  { what: 'a line feed at the end', name: operations('a\n') },
  { what: 'a carriage return and a header', name: operations('a\r\nx-goog-request-reason: b') },
  { what: 'a NUL', name: operations('a\0') },
  { what: 'a space inside', name: operations('a b') },
  { what: 'a space before', name: ` ${operations('a')}` },
  { what: 'a space behind', name: `${operations('a')} ` },
  { what: 'a no-break space behind', name: `${operations('a')}\u00A0` },
  { what: 'a letter outside ASCII', name: operations('é') },
  { what: 'a Kelvin sign, which folds to k', name: operations('\u212A') },
  { what: 'a lone surrogate', name: operations('a\uD800') },
  { what: 'a slash before', name: `/${operations('a')}` },
  { what: 'an empty segment', name: `projects//locations/us-central1/operations/op` },
  { what: 'a doubled slash', name: `projects/acme-data//locations/us-central1/operations/op` },
  { what: 'capitals in the collection', name: `Projects/acme-data/locations/us-central1/operations/op` },
  { what: 'a wildcard for the project', name: inProject('*') },
  { what: 'a hyphen for the project', name: inProject('-') },
  { what: 'a project number that starts with 0', name: inProject('0123') },
  { what: 'a project id of 5', name: inProject('abcde') },
  { what: 'a project id of 31', name: inProject(`a${'b'.repeat(30)}`) },
  { what: 'a project id that ends in a hyphen', name: inProject('abcdef-') },
  { what: 'a project id that starts with a digit', name: inProject('1abcdef') },
  { what: 'a project id that starts with a hyphen', name: inProject('-abcdef') },
  { what: 'a project id with a capital', name: inProject('Abcdefg') },
  { what: 'a project id with an underscore', name: inProject('abc_def') },
  { what: 'a domain without a project', name: inProject('example.com:') },
  { what: 'a project without its domain', name: inProject(':my-project') },
  { what: 'a dot segment for the project', name: inProject('..') },
  { what: 'a port after the project', name: inProject('example.com:8080') },
  { what: 'a location of 64', name: inLocation('a'.repeat(64)) },
  { what: 'a location that starts with a digit', name: inLocation('1a') },
  { what: 'a location with a capital', name: inLocation('US') },
  { what: 'a location with an underscore', name: inLocation('a_b') },
  { what: 'a wildcard for the location', name: inLocation('*') },
  { what: 'a name of 60,000 characters', name: operations('a'.repeat(60_000)) },
];

const HINTS: readonly { what: string; name: string; says: RegExp }[] = [
  { what: 'a full URL', name: `https://datastream.googleapis.com/v1/${operations('a')}`, says: /bare name/ },
  {
    what: 'a URL with the method',
    name: `https://datastream.googleapis.com/v1/${operations('a')}:cancel`,
    says: /bare name/,
  },
  { what: 'a full resource name', name: `//datastream.googleapis.com/${operations('a')}`, says: /bare name/ },
  { what: 'a URL in capitals', name: `HTTPS://datastream.googleapis.com/v1/${operations('a')}`, says: /bare name/ },
  { what: 'a stream', name: `${PARENT}/streams/orders`, says: /not a stream/ },
  { what: 'an object of a stream', name: `${PARENT}/streams/orders/objects/9b`, says: /stopBackfillJob/ },
  {
    what: 'a stream asked to stop its backfill',
    name: `${PARENT}/streams/orders/objects/9b:stopBackfillJob`,
    says: /stopBackfillJob/,
  },
  { what: 'a backfill job', name: `${PARENT}/streams/orders/objects/9b/backfillJob`, says: /stopBackfillJob/ },
];

describe('section 2: the name of an operation', () => {
  let stage: Stage;

  before(async () => {
    stage = await startStage();
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.emulator.reset());

  for (const { what, name } of RIGHT) {
    it(`takes ${what}, and asks for exactly this operation`, async () => {
      const { record } = await stage.post({ body: JSON.stringify({ name, validateOnly: true }) });
      assert.equal(record.resourceName, name);
      assert.equal(record.location, name.split('/')[3]);
      assert.deepEqual(asked(), [`/v1/${name}`]);
    });
  }

  for (const { what, name } of WRONG) {
    it(`refuses ${what}, and asks for nothing`, async () => {
      const { http, record } = await stage.post({ body: JSON.stringify({ name }) });
      assert.deepEqual([http, record.outcome, record.resourceName, record.location], [400, 'INVALID', null, null]);
      const [violation, ...more] = record.status.fieldViolations;
      assert.equal(violation?.field, 'name');
      assert.match(violation.description, /^must /);
      assert.deepEqual(more, []);
      assert.deepEqual(asked(), []);
    });
  }

  for (const { what, name, says } of HINTS) {
    it(`says what to send instead of ${what}`, async () => {
      for (const body of [JSON.stringify({ name }), name]) {
        const { record } = await stage.post({ body });
        const [violation] = record.status.fieldViolations;
        assert.match(violation?.description ?? '', says);
        assert.match(
          violation?.description ?? '',
          /projects\/\{project\}\/locations\/\{location\}\/operations\/\{operation\}/,
        );
        assert.deepEqual([record.outcome, violation?.field], ['INVALID', 'name']);
      }
      assert.deepEqual(asked(), []);
    });
  }

  it('gives each kind of mistake a hint of its own', async () => {
    const descriptions = new Set<string | undefined>();
    for (const name of [`//x/${PARENT}/operations/a`, `${PARENT}/streams/orders`, 'nonsense']) {
      const { record } = await stage.post({ body: JSON.stringify({ name }) });
      descriptions.add(record.status.fieldViolations[0]?.description);
    }
    assert.equal(descriptions.size, 3);
  });

  /** The paths of what was sent to Datastream; what goes to the metadata server has no name in it. */
  function asked(): string[] {
    return stage.emulator.requests
      .filter(({ kind }) => kind !== 'token' && kind !== 'metadata')
      .map(({ path }) => path);
  }
});
