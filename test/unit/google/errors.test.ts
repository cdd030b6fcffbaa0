import assert from 'node:assert/strict';
import { statusOfApiError } from '../../../src/google/advice.ts';
import { apiError, ownError } from '../../../src/google/api-error.ts';
import { readError } from '../../../src/google/read-error.ts';
import { MOST_ATTEMPTS, pauseAfter, withRetries } from '../../../src/google/retry.ts';
import { deadlineIn, NO_SHUTDOWN } from '../../../src/terms/clock.ts';
import { DOMAIN } from '../../../src/terms/reason.ts';
import { heldClock } from '../../support/clock.ts';

const NOW = Date.parse('2026-11-22T10:15:00Z');
const info = (reason: string, domain = 'googleapis.com') => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain,
});

describe('an error answer of Datastream', () => {
  const forms = [
    ['by its status', 400, { error: { status: 'ABORTED', message: 'Busy.' } }, 'ABORTED', 'Busy.'],
    ['by HTTP where its status is none', 503, { error: { status: 'constructor' } }, 'UNAVAILABLE', 'HTTP status 503.'],
    ['by HTTP where its status is OK', 500, { error: { status: 'OK' } }, 'INTERNAL', 'HTTP status 500.'],
    [
      'with nulls',
      429,
      { error: { status: null, message: null, details: null } },
      'RESOURCE_EXHAUSTED',
      'HTTP status 429.',
    ],
    ['in an array', 403, [{ error: { status: 'PERMISSION_DENIED', message: 'No.' } }], 'PERMISSION_DENIED', 'No.'],
    ['as a text', 503, { error: 'Overloaded' }, 'UNAVAILABLE', 'Overloaded'],
    ['as OAuth has it', 401, { error: 'invalid_token', error_description: 'Expired' }, 'UNAUTHENTICATED', 'Expired'],
    [
      'with a legacy reason',
      403,
      { error: { errors: [{ reason: 'rateLimitExceeded' }] } },
      'RESOURCE_EXHAUSTED',
      'HTTP status 403.',
    ],
    [
      'with a legacy reason alone',
      400,
      { errors: [{ reason: 'failedPrecondition', message: 'Done.' }] },
      'FAILED_PRECONDITION',
      'Done.',
    ],
    [
      'with a legacy reason that says nothing',
      404,
      { error: { errors: [{ reason: 'constructor' }] } },
      'NOT_FOUND',
      'HTTP status 404.',
    ],
    [
      'with details alone',
      400,
      { error: { details: [info('API_KEY_INVALID')] } },
      'INVALID_ARGUMENT',
      'API_KEY_INVALID',
    ],
    ['no JSON, 502', 502, undefined, 'UNAVAILABLE', 'HTTP status 502.'],
    ['no JSON, 503', 503, undefined, 'UNAVAILABLE', 'HTTP status 503.'],
    ['no JSON, 504', 504, undefined, 'UNAVAILABLE', 'HTTP status 504.'],
    ['no JSON, 500', 500, undefined, 'INTERNAL', 'HTTP status 500.'],
    ['no body, 401', 401, null, 'UNAUTHENTICATED', 'HTTP status 401.'],
    ['an empty array', 409, [], 'ABORTED', 'HTTP status 409.'],
  ] as const;
  for (const [title, http, body, code, message] of forms)
    it(`is classified: ${title}`, () => {
      const error = readError(http, {}, body, NOW);
      assert.deepEqual([error.code, error.message], [code, message]);
    });

  for (const [http, body] of [
    [404, undefined],
    [404, { message: 'no route' }],
    [404, { error: 'Not Found' }],
    [301, undefined],
    [302, { error: { status: 'NOT_FOUND' } }],
    [304, null],
  ] as const)
    it(`is another host's and not about the operation: ${http} with ${JSON.stringify(body)}`, () => {
      const error = readError(http, {}, body, NOW);
      assert.deepEqual([error.code, error.reason, error.domain, error.lost], ['INTERNAL', 'WRONG_HOST', DOMAIN, true]);
      assert.equal(error.rereadable, false);
      assert.match(error.message, new RegExp(`${http}`));
    });

  const traits = [
    ['UNAVAILABLE', { retriable: true, rereadable: true, lost: true }],
    ['RESOURCE_EXHAUSTED', { retriable: true, rereadable: true, lost: false }],
    ['DEADLINE_EXCEEDED', { retriable: false, rereadable: true, lost: true }],
    ['INTERNAL', { retriable: false, rereadable: true, lost: true }],
    ['UNKNOWN', { retriable: false, rereadable: true, lost: true }],
    ['ABORTED', { retriable: false, rereadable: false, lost: false }],
    ['DATA_LOSS', { retriable: false, rereadable: false, lost: false }],
    ['CANCELLED', { retriable: false, rereadable: false, lost: false }],
    ['PERMISSION_DENIED', { retriable: false, rereadable: false, lost: false }],
    ['FAILED_PRECONDITION', { retriable: false, rereadable: false, lost: false }],
  ] as const;
  for (const [status, expected] of traits)
    it(`tells what follows from ${status}`, () => {
      const { retriable, rereadable, lost } = readError(500, {}, { error: { status } }, NOW);
      assert.deepEqual({ retriable, rereadable, lost }, expected);
    });

  const waits = [
    ['7', undefined, 7000],
    ['Sun, 22 Nov 2026 10:15:30 GMT', undefined, 30_000],
    ['Sun, 22 Nov 2026 10:14:30 GMT', undefined, 0],
    ['soon', undefined, null],
    ['in 5 minutes', undefined, null],
    ['-1', undefined, null],
    ['1.5', undefined, null],
    [undefined, '2.5s', 2500],
    ['1', '2.5s', 2500],
    ['soon', '2.5', null],
    [undefined, undefined, null],
  ] as const;
  for (const [header, retryDelay, expected] of waits)
    it(`asks for a pause by Retry-After ${header} and RetryInfo ${retryDelay}`, () => {
      const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }];
      const headers = header === undefined ? {} : { 'retry-after': header };
      assert.equal(readError(503, headers, { error: { details } }, NOW).retryAfter, expected);
    });
});

describe('the advice on an error', () => {
  const by = (reason: string, method: 'get' | 'cancel' | 'list' | 'locations' = 'get') =>
    statusOfApiError(apiError('PERMISSION_DENIED', 'No', { reason, domain: 'googleapis.com' }), method);

  for (const [reason, advice] of [
    ['IAM_PERMISSION_DENIED', /datastream\.operations\.get/],
    ['SERVICE_DISABLED', /Enable datastream/],
    ['SECURITY_POLICY_VIOLATED', /VPC Service Controls/],
    ['ORG_RESTRICTION_VIOLATION', /organization/],
    ['LOCATION_ORG_POLICY_VIOLATED', /location/],
    ['USER_PROJECT_DENIED', /serviceusage\.services\.use/],
  ] as const)
    it(`knows ${reason}`, () => {
      const status = by(reason);
      assert.match(status.message, advice);
      assert.deepEqual([status.reason, status.domain], [reason, 'googleapis.com']);
    });

  for (const reason of ['constructor', '__proto__', 'toString', 'NEVER_HEARD_OF'])
    it(`goes by the code for ${reason}`, () =>
      assert.equal(
        by(reason).message,
        'No. Check the roles of the runtime service account in the project of the operation.',
      ));

  it('of a list that is not offered is not that an operation cannot be cancelled', () => {
    const error = apiError('UNIMPLEMENTED', 'Not here.');
    assert.match(statusOfApiError(error, 'cancel').message, /cannot be cancelled/);
    for (const method of ['list', 'locations', 'get'] as const)
      assert.doesNotMatch(statusOfApiError(error, method).message, /cannot be cancelled/);
  });

  it('stands in the sentence of what the function found itself', () => {
    const status = statusOfApiError(ownError('CONNECTION_BROKEN'), 'get');
    assert.deepEqual(
      [status.name, status.message, status.reason, status.domain],
      ['UNAVAILABLE', 'The connection to Datastream broke; send the request again.', 'CONNECTION_BROKEN', DOMAIN],
    );
  });
});

describe('attempts of a read', () => {
  const attempts = async (...results: object[]) => {
    const clock = heldClock();
    let made = 0;
    const attempt = async () => results[made++] ?? apiError('UNAVAILABLE', 'Still.', { retriable: true });
    const result = await withRetries(attempt, deadlineIn(clock, 55_000, NO_SHUTDOWN), clock);
    return { made, sleeps: clock.sleeps, result };
  };
  const good = { good: true };

  it('follow errors that another one may mend', async () => {
    for (const code of ['UNAVAILABLE', 'RESOURCE_EXHAUSTED', 'DEADLINE_EXCEEDED', 'INTERNAL', 'UNKNOWN'] as const) {
      const { made, sleeps, result } = await attempts(readError(500, {}, { error: { status: code } }, NOW), good);
      assert.deepEqual({ made, sleeps, result }, { made: 2, sleeps: [500], result: good });
    }
  });

  it('do not follow others', async () => {
    const error = readError(403, {}, undefined, NOW);
    assert.deepEqual(await attempts(error), { made: 1, sleeps: [], result: error });
  });

  it('end after five, with doubling pauses', async () => {
    const { made, sleeps } = await attempts();
    assert.deepEqual([made, sleeps], [MOST_ATTEMPTS, [500, 1000, 2000, 4000]]);
  });

  it('follow at once on one that an idle connection cost, which counts', async () => {
    const { made, sleeps } = await attempts(ownError('CONNECTION_BROKEN', { retriable: true, stale: true }));
    assert.deepEqual([made, sleeps], [MOST_ATTEMPTS, [1000, 2000, 4000]]);
  });

  it('are not made where the pause would pass the deadline: the last error stands', async () => {
    const error = readError(503, { 'retry-after': '60' }, undefined, NOW);
    assert.deepEqual(await attempts(error), { made: 1, sleeps: [], result: error });
  });

  it('are spread by chance, on top of the pause', () => {
    const error = readError(503, { 'retry-after': '3' }, undefined, NOW);
    assert.equal(pauseAfter(2, error, heldClock(0.5)), 3250);
    assert.equal(pauseAfter(9, apiError('UNAVAILABLE', ''), heldClock(0)), 10_000);
  });
});
