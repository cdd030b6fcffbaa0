import assert from 'node:assert/strict';
import { readSettings, type Settings } from '../../src/settings.ts';

const KEY = 'c2VjcmV0IG9mIHRlc3RzIQ==';
const SECRET = `whsec_${KEY}`;

/** What a variable may be: with what it means, or that it is wrong. The empty value is wrong for each and is not listed. */
type Row = {
  readonly name: keyof Settings;
  readonly fallback: unknown;
  readonly right: readonly (readonly [string, unknown])[];
  readonly wrong: readonly string[];
  /** What must be set beside it. */
  readonly beside?: Readonly<Record<string, string>>;
};

const anywhere = { project: '*', location: '*', rule: 'projects/*/locations/*' };
const acme = { project: 'acme-data', location: 'us-central1', rule: 'projects/acme-data/locations/us-central1' };

const durations = {
  right: [
    ['30s', 30_000],
    ['0.5s', 500],
    ['0.001s', 1],
    ['1.25s', 1250],
    ['007s', 7000],
  ],
  wrong: [
    '30',
    '30 s',
    ' 30s',
    '-1s',
    '+1s',
    '1e3s',
    '1m',
    '30S',
    '.5s',
    '5.s',
    'PT30S',
    'Infinitys',
    '315576000001s',
    '１s',
  ],
} as const;

const TABLE: readonly Row[] = [
  {
    name: 'ALLOWED_PARENTS',
    fallback: undefined,
    right: [
      [acme.rule, [acme]],
      ['projects/*/locations/*', [anywhere]],
      [
        'projects/481516234200/locations/*',
        [{ project: '481516234200', location: '*', rule: 'projects/481516234200/locations/*' }],
      ],
      [
        'projects/example.com:my-project/locations/a1',
        [{ project: 'example.com:my-project', location: 'a1', rule: 'projects/example.com:my-project/locations/a1' }],
      ],
      [` ${acme.rule} ,\tprojects/*/locations/* `, [acme, anywhere]],
    ],
    wrong: [
      'acme-data',
      'projects/acme-data',
      'projects/acme-data/locations/',
      'projects/acme-data/locations/us-*',
      'projects/acme*/locations/us-central1',
      'projects/**/locations/*',
      'projects/acme-data/locations/us-central1/operations/*',
      '//datastream.googleapis.com/projects/acme-data/locations/us-central1',
      `${acme.rule},`,
      `,${acme.rule}`,
      `${acme.rule};projects/*/locations/*`,
      `${acme.rule} projects/*/locations/*`,
      '*',
      ',',
      ' ',
    ],
  },
  {
    name: 'ALLOWED_VERBS',
    fallback: undefined,
    right: [
      ['create', ['create']],
      ['create, update ,delete', ['create', 'update', 'delete']],
    ],
    wrong: ['create,', 'create update', '*', ',', ' ', 'create;update'],
  },
  {
    name: 'ALLOWED_CALLERS',
    fallback: undefined,
    right: [
      ['ops@example.com', ['ops@example.com']],
      [
        'ops@example.com , Bot@acme-data.iam.gserviceaccount.com',
        ['ops@example.com', 'Bot@acme-data.iam.gserviceaccount.com'],
      ],
    ],
    wrong: ['ops', 'ops@', '@example.com', 'ops@example.com,', 'a@b@c', 'ops @example.com', ',', ' ', 'user:'],
  },
  {
    name: 'REQUIRE_REASON',
    fallback: false,
    right: [
      ['true', true],
      ['false', false],
    ],
    wrong: ['TRUE', 'yes', '1', '0', ' true', 'on'],
  },
  {
    name: 'CALLER_AUTH',
    fallback: 'iam',
    right: [
      ['iam', 'iam'],
      ['verify', 'verify'],
    ],
    beside: { OIDC_AUDIENCE: 'https://example.com' },
    wrong: ['IAM', 'none', 'oidc', ' iam', 'iam,verify'],
  },
  {
    name: 'OIDC_AUDIENCE',
    fallback: undefined,
    right: [
      ['https://function-abc-uc.a.run.app', 'https://function-abc-uc.a.run.app'],
      ['datastream-cancel', 'datastream-cancel'],
    ],
    wrong: [' ', 'two words', 'trailing\n'],
  },
  {
    name: 'WEBHOOK_SECRETS',
    fallback: undefined,
    right: [
      [SECRET, [{ name: null, secret: SECRET }]],
      [
        `${SECRET} , pager-duty2=whsec_b3RoZXIgc2VjcmV0IDEyMzQ=`,
        [
          { name: null, secret: SECRET },
          { name: 'pager-duty2', secret: 'whsec_b3RoZXIgc2VjcmV0IDEyMzQ=' },
        ],
      ],
    ],
    wrong: [
      `=${SECRET}`,
      `Pager=${SECRET}`,
      `${'n'.repeat(64)}=${SECRET}`,
      `a b=${SECRET}`,
      KEY,
      'whsec_',
      'whsec_?',
      'whsec_abc',
      `${SECRET},`,
      `${SECRET},${KEY}`,
      ` whsec ${KEY}`,
      'WHSEC_c2VjcmV0',
    ],
  },
  {
    name: 'DATASTREAM_ENDPOINT',
    fallback: 'https://datastream.googleapis.com',
    right: [
      ['https://datastream.example.com', 'https://datastream.example.com'],
      ['https://datastream.example.com:8443', 'https://datastream.example.com:8443'],
      ['http://127.0.0.1:8085', 'http://127.0.0.1:8085'],
      ['http://localhost:8085', 'http://localhost:8085'],
      ['http://[::1]:8085', 'http://[::1]:8085'],
    ],
    wrong: [
      'datastream.example.com',
      'http://datastream.googleapis.com',
      'http://127.0.0.1.example.com',
      'http://localhost.example.com',
      'http://10.0.0.1',
      'http://[::2]',
      'ftp://datastream.googleapis.com',
      'file:///etc/passwd',
      'https://datastream.googleapis.com/v1',
      'https://datastream.googleapis.com?a=b',
      'https://datastream.googleapis.com#a',
      'https://user:password@datastream.googleapis.com',
      'http://127.0.0.1@example.com',
      'http://127.0.0.1\\@example.com',
      'https://datastream.googleapis.com:99999',
      'https://',
      '//datastream.example.com',
      ' https://datastream.googleapis.com',
    ],
  },
  { name: 'DEFAULT_WAIT', fallback: 10_000, right: [...durations.right, ['0s', 0]], wrong: durations.wrong },
  { name: 'REQUEST_DEADLINE', fallback: 55_000, right: durations.right, wrong: [...durations.wrong, '0s', '0.000s'] },
  { name: 'MAX_EVENT_AGE', fallback: 3_600_000, right: durations.right, wrong: [...durations.wrong, '0s', '0.000s'] },
  {
    name: 'MAX_OPERATIONS',
    fallback: 20,
    right: [
      ['1', 1],
      ['20', 20],
      ['1000', 1000],
    ],
    wrong: ['0', '-1', '1001', '10000', '1.5', '1e2', 'ten', ' 20', '0x10', '２０'],
  },
];

describe('section 7: settings, each by itself', () => {
  function settingsOf(env: Readonly<Record<string, string>>): Settings {
    const read = readSettings(env);
    assert.ok(read.ok, read.ok ? '' : read.problems.join());
    return read.settings;
  }

  function problemsOf(env: Readonly<Record<string, string>>): readonly string[] {
    const read = readSettings(env);
    assert.ok(!read.ok, `${JSON.stringify(env)} should be wrong`);
    return read.problems;
  }

  it('are all in this table', () => {
    assert.deepEqual(
      TABLE.map(({ name }) => name),
      [
        'ALLOWED_PARENTS',
        'ALLOWED_VERBS',
        'ALLOWED_CALLERS',
        'REQUIRE_REASON',
        'CALLER_AUTH',
        'OIDC_AUDIENCE',
        'WEBHOOK_SECRETS',
        'DATASTREAM_ENDPOINT',
        'DEFAULT_WAIT',
        'REQUEST_DEADLINE',
        'MAX_EVENT_AGE',
        'MAX_OPERATIONS',
      ],
    );
  });

  for (const { name, fallback, right, wrong, beside = {} } of TABLE) {
    describe(name, () => {
      it(`is ${JSON.stringify(fallback) ?? 'not set'} by default`, () => {
        assert.deepEqual(settingsOf({})[name], fallback);
      });

      for (const [text, value] of right) {
        it(`may be ${JSON.stringify(text)}`, () => {
          assert.deepEqual(settingsOf({ ...beside, [name]: text })[name], value);
        });
      }

      for (const text of ['', ...wrong]) {
        it(`may not be ${JSON.stringify(text)}`, () => {
          for (const problem of problemsOf({ ...beside, [name]: text })) {
            assert.match(problem, new RegExp(`^${name}: .*must `));
            // What is short turns up in any text.
            if (text.length > 12) assert.ok(!problem.includes(text), problem);
          }
        });
      }
    });
  }

  describe('CALLER_AUTH=verify', () => {
    const verify = { CALLER_AUTH: 'verify' };

    for (const beside of [
      { OIDC_AUDIENCE: 'https://example.com' },
      { WEBHOOK_SECRETS: SECRET },
      { OIDC_AUDIENCE: 'https://example.com', WEBHOOK_SECRETS: SECRET },
    ]) {
      it(`is enough with ${Object.keys(beside).join(' and ')}`, () => {
        assert.equal(settingsOf({ ...verify, ...beside }).CALLER_AUTH, 'verify');
      });
    }

    it('needs at least one of OIDC_AUDIENCE and WEBHOOK_SECRETS', () => {
      const [problem = '', ...more] = problemsOf(verify);
      assert.deepEqual(more, []);
      assert.match(problem, /^CALLER_AUTH: .*OIDC_AUDIENCE.*WEBHOOK_SECRETS/);
    });

    it('says so beside every other problem', () => {
      for (const beside of [{ MAX_OPERATIONS: '0' }, { REQUIRE_REASON: 'yes' }, { ALLOWED_PARENTS: '' }]) {
        const names = problemsOf({ ...verify, ...beside }).map((problem) => problem.split(':')[0]);
        assert.deepEqual(names.sort(), ['CALLER_AUTH', ...Object.keys(beside)].sort());
      }
    });
  });

  it('are told all at once where they are wrong, each by its name', () => {
    const wrong = Object.fromEntries(TABLE.map(({ name }) => [name, '']));
    assert.deepEqual(
      problemsOf(wrong).map((problem) => problem.split(':')[0]),
      TABLE.map(({ name }) => name),
    );
  });

  it('take no notice of other variables', () => {
    assert.deepEqual(settingsOf({ PATH: '/bin', PORT: '', max_operations: '0', ALLOWED_PARENT: 'x' }), settingsOf({}));
  });
});
