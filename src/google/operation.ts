import * as z from 'zod/mini';
import { boundedOrNull, standing } from '../terms/text.ts';
import { timestamp } from '../terms/timestamp.ts';
import { errorInfoOf, messageIn } from './error-details.ts';

/** One check of OperationMetadata's `validationResult` that did not pass. */
export type Validation = { code: string | null; state: string; description: string | null; messages: string[] };

/** An operation as a record has it. `errorCode` is null unless it ended with an error, and 0 where that names no code. */
export type OperationState = {
  done: boolean;
  errorCode: number | null;
  errorMessage: string | null;
  verb: string | null;
  target: string | null;
  createTime: string | null;
  endTime: string | null;
  requestedCancellation: boolean;
  statusMessage: string | null;
  errorReason: string | null;
  validations: Validation[];
};

/** Most validations that a record has, most messages of each, and most characters of a message. */
const MOST_VALIDATIONS = 10;
const MOST_MESSAGES = 5;
const MOST_OF_MESSAGE = 256;

const text = z.nullish(z.string());

const validation = z.object({
  code: text,
  state: text,
  description: text,
  message: z.nullish(z.array(z.object({ message: text }))),
});

/**
 * google.longrunning.Operation with Datastream's OperationMetadata, of what is looked at here. Null stands for a default
 * (proto3's JSON). What only explains an error is dropped where it is malformed: the operation can be judged without.
 */
export const operationSchema = z.object({
  name: z.string(),
  done: z.nullish(z.boolean()),
  error: z.nullish(
    z.object({ code: z.nullish(z.int()), message: text, details: z.catch(z.nullish(z.array(z.unknown())), null) }),
  ),
  metadata: z.nullish(
    z.object({
      createTime: text,
      endTime: text,
      target: text,
      verb: text,
      statusMessage: text,
      requestedCancellation: z.nullish(z.boolean()),
      validationResult: z.catch(z.nullish(z.object({ validations: z.nullish(z.array(validation)) })), null),
    }),
  ),
});

export type Operation = z.infer<typeof operationSchema>;

/** An operation as a record has it. One that is done without an error has ended with its response. */
export function stateOf({ done, error, metadata }: Operation): OperationState {
  const failure = done ? error : null;
  const details = failure?.details ?? [];
  const validations = validationsOf(metadata);
  return {
    done: done ?? false,
    errorCode: failure ? (failure.code ?? 0) : null,
    errorMessage: failure ? boundedOrNull(failure.message || explanation(details, validations), 1024) : null,
    verb: boundedOrNull(metadata?.verb, 64),
    target: standing(metadata?.target, 1024),
    createTime: timestamp(metadata?.createTime),
    endTime: timestamp(metadata?.endTime),
    requestedCancellation: metadata?.requestedCancellation ?? false,
    statusMessage: boundedOrNull(metadata?.statusMessage, 1024),
    errorReason: boundedOrNull(errorInfoOf(details)?.reason, 128),
    validations,
  };
}

function validationsOf(metadata: Operation['metadata']): Validation[] {
  const all = metadata?.validationResult?.validations ?? [];
  const failed = all.flatMap(({ code, state, description, message }) => {
    if (state !== 'FAILED' && state !== 'WARNING') return [];
    const messages = (message ?? []).flatMap((each) => boundedOrNull(each.message, MOST_OF_MESSAGE) ?? []);
    return {
      code: boundedOrNull(code, 128),
      state,
      description: boundedOrNull(description, MOST_OF_MESSAGE),
      messages: messages.slice(0, MOST_MESSAGES),
    };
  });
  return failed.slice(0, MOST_VALIDATIONS);
}

/** Why an operation failed whose error has no message: by the error's details, and by the checks that failed. */
function explanation(details: readonly unknown[], validations: readonly Validation[]): string {
  const failed = validations.filter(({ state }) => state === 'FAILED');
  const checks = failed.map(({ code, description, messages }) => [description ?? code ?? '', ...messages].join(' '));
  return [messageIn(details) ?? '', ...checks].join(' ').trim();
}
