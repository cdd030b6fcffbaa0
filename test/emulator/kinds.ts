import { errorInfo } from './errors.ts';
import { iamPermissionDenied } from './google-errors.ts';
import type { OperationStart } from './schema.ts';

/** One running operation of each kind that the emulator knows: what a cancel does to it, in words and as a start. */
export type OperationKind = { readonly does: string; readonly start: OperationStart & { readonly id: string } };

/** The operations that a standalone emulator begins with. `parent` is where they are, `projects/{project}/locations/{location}`. */
export function oneOfEachKind(parent: string): readonly OperationKind[] {
  const kinds: readonly [string, string, OperationStart][] = [
    ['cancels-at-once', 'is cancelled at once', { onCancel: { kind: 'cancels' } }],
    ['cancels-slowly', 'is cancelled 5 s after it was asked to be', { onCancel: { kind: 'cancels', afterMs: 5000 } }],
    ['completes-anyway', 'completes 2 s after the cancel', { onCancel: { kind: 'completes', afterMs: 2000 } }],
    [
      'fails-anyway',
      'fails 2 s after the cancel',
      { onCancel: { kind: 'fails', afterMs: 2000, code: 'INTERNAL', message: 'The source database went away.' } },
    ],
    [
      'fails-without-a-word',
      'fails 2 s after the cancel; only its details and its validation result tell why',
      {
        onCancel: {
          kind: 'endsWith',
          afterMs: 2000,
          error: { code: 9, details: [errorInfo('CONNECTION_TIMEOUT', 'datastream.googleapis.com')] },
          validationResult: {
            validations: [
              {
                description: 'Validating connectivity',
                state: 'FAILED',
                code: 'VALIDATE_CONNECTIVITY',
                message: [{ message: 'No route to the source.', level: 'ERROR', code: 'ORACLE_TIMEOUT', metadata: {} }],
              },
            ],
          },
        },
      },
    ],
    ['never-ends', 'takes the cancel and runs on for ever', { onCancel: { kind: 'neverEnds' } }],
    [
      'was-asked-before',
      'was asked to be cancelled before the start, and is after one minute',
      { requestedCancellation: true, endsByItself: { kind: 'cancels', afterMs: 60_000 } },
    ],
    [
      'ends-by-itself',
      'completes one minute after the start',
      { endsByItself: { kind: 'completes', afterMs: 60_000 } },
    ],
    ['is-done', 'completed before', { endsByItself: { kind: 'completes' } }],
    [
      'cannot-be-cancelled',
      'refuses: UNIMPLEMENTED',
      {
        onCancel: { kind: 'refuses', error: { code: 'UNIMPLEMENTED', message: 'This operation cannot be cancelled.' } },
      },
    ],
    [
      'may-not-be-cancelled',
      'refuses: PERMISSION_DENIED',
      {
        onCancel: {
          kind: 'refuses',
          error: iamPermissionDenied('datastream.operations.cancel', `${parent}/operations/may-not-be-cancelled`),
        },
      },
    ],
    [
      'ends-meanwhile',
      'refuses with FAILED_PRECONDITION, having failed in that moment',
      {
        onCancel: {
          kind: 'refuses',
          error: { code: 'FAILED_PRECONDITION', message: 'The operation is done and cannot be cancelled.' },
          becomes: { kind: 'fails', code: 'ABORTED', message: 'The source database went away.' },
        },
      },
    ],
  ];
  return kinds.map(([id, does, start]) => ({ does, start: { ...start, id } }));
}
