import assert from 'node:assert/strict';
import { operationSchema, stateOf } from '../../../src/google/operation.ts';

const info = (more: object) => ({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', ...more });
const failedCheck = (description: string, ...messages: string[]) => ({
  code: 'ORACLE_VALIDATE_CONNECTIVITY',
  state: 'FAILED',
  description,
  message: messages.map((message) => ({ message, level: 'ERROR' })),
});

function state(operation: object) {
  return stateOf(operationSchema.parse({ name: 'projects/p/locations/l/operations/o', ...operation }));
}

describe('the state of an operation', () => {
  const ends = [
    ['runs', { done: false }, null, null],
    ['says nothing', {}, null, null],
    ['is null throughout', { done: null, error: null, metadata: null }, null, null],
    ['ended with its response', { done: true, response: {} }, null, null],
    ['ended with an empty error', { done: true, error: {} }, 0, null],
    ['ended with a message alone', { done: true, error: { message: 'Out of disk.' } }, 0, 'Out of disk.'],
    ['ended with code 0', { done: true, error: { code: 0, message: 'Odd.' } }, 0, 'Odd.'],
    ['ended with nulls', { done: true, error: { code: null, message: null, details: null } }, 0, null],
    [
      'was cancelled',
      { done: true, error: { code: 1, message: 'The operation was cancelled.' } },
      1,
      'The operation was cancelled.',
    ],
    ['runs and has an error', { done: false, error: { code: 13, message: 'Odd.' } }, null, null],
    ['has details that are none', { done: true, error: { code: 3, details: 'no list' } }, 3, null],
  ] as const;
  for (const [title, operation, code, message] of ends)
    it(`one that ${title}`, () => {
      const { errorCode, errorMessage, done } = state(operation);
      assert.deepEqual([errorCode, errorMessage], [code, message]);
      assert.equal(done, 'done' in operation && operation.done === true);
    });

  const explanations = [
    ['its ErrorInfo', [info({ reason: 'CONNECTION_TIMEOUT' })], 'CONNECTION_TIMEOUT'],
    [
      'its ErrorInfo with what that says',
      [{ '@type': 'x' }, info({ reason: 'CONNECTION_TIMEOUT', metadata: { originalMessage: 'No route.' } })],
      'CONNECTION_TIMEOUT: No route.',
    ],
    [
      'its LocalizedMessage',
      [{ '@type': 'type.googleapis.com/google.rpc.LocalizedMessage', locale: 'en', message: 'The host is down.' }],
      'The host is down.',
    ],
  ] as const;
  for (const [title, details, message] of explanations)
    it(`has a message from ${title} where the error has none`, () => {
      assert.equal(state({ done: true, error: { code: 9, details } }).errorMessage, message);
    });

  it('has a message from the checks that failed where the error has none', () => {
    const validations = [failedCheck('Can connect', 'No route to host.', 'Check the firewall.'), { state: 'PASSED' }];
    const { errorMessage } = state({ done: true, error: { code: 9 }, metadata: { validationResult: { validations } } });
    assert.equal(errorMessage, 'Can connect No route to host. Check the firewall.');
  });

  it('has the reason of the ErrorInfo that it ended with', () => {
    const details = [info({ reason: 'CONNECTION_TIMEOUT', domain: 'datastream.googleapis.com' })];
    assert.equal(state({ done: true, error: { code: 9, message: 'No.', details } }).errorReason, 'CONNECTION_TIMEOUT');
  });

  it('has the checks that failed or warn, within bounds', () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      failedCheck(`check ${index}`, ...Array.from({ length: 7 }, () => 'x'.repeat(300))),
    );
    const validations = [{ state: 'PASSED' }, { state: 'NOT_EXECUTED' }, { state: 'WARNING', message: null }, ...many];
    const found = state({ metadata: { validationResult: { validations } } }).validations;
    assert.equal(found.length, 10);
    assert.deepEqual(found[0], { code: null, state: 'WARNING', description: null, messages: [] });
    assert.equal(found[1]?.messages.length, 5);
    assert.equal(found[1]?.messages[0]?.length, 256);
    assert.equal(found[1]?.code, 'ORACLE_VALIDATE_CONNECTIVITY');
  });

  it('can be judged where its checks are malformed', () => {
    assert.deepEqual(
      state({ metadata: { verb: 'create', validationResult: { validations: 'none' } } }).validations,
      [],
    );
  });

  it('names its target as it is, and takes what looks like a credential out of free text', () => {
    const secret = `ya29.${'a'.repeat(30)}`;
    const target = `projects/p/locations/l/streams/${secret}`;
    const { target: named, statusMessage } = state({ metadata: { target, statusMessage: `token ${secret}` } });
    assert.deepEqual([named, statusMessage], [target, 'token [redacted]']);
  });

  const times = [
    ['2026-11-22T09:31:02.853003653Z', '2026-11-22T09:31:02.853003653Z'],
    ['2026-11-22T10:31:02+01:00', '2026-11-22T09:31:02Z'],
    ['2026-02-30T00:00:00Z', null],
    ['2026-11-22T24:00:01Z', null],
    ['yesterday', null],
    ['', null],
    [null, null],
  ] as const;
  for (const [createTime, told] of times)
    it(`takes ${createTime} for ${told}`, () => assert.equal(state({ metadata: { createTime } }).createTime, told));

  for (const odd of [{ done: 'true' }, { error: [] }, { error: { code: '1' } }, { metadata: 'none' }, { name: 7 }])
    it(`is not documented as ${JSON.stringify(odd)}`, () =>
      assert.equal(operationSchema.safeParse({ name: 'n', ...odd }).success, false));
});
