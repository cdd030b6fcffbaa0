import * as z from 'zod';
import type { Reply } from './call.ts';

const errorBody = z.strictObject({
  error: z.strictObject({
    code: z.number(),
    message: z.string(),
    status: z.string(),
    details: z.array(z.looseObject({})).optional(),
  }),
});

const operationBody = z.strictObject({
  name: z.string(),
  metadata: z.looseObject({
    createTime: z.string(),
    endTime: z.string().optional(),
    target: z.string(),
    verb: z.string(),
    requestedCancellation: z.boolean(),
  }),
  done: z.boolean(),
  error: z.strictObject({ code: z.number(), message: z.string() }).optional(),
  response: z.looseObject({ '@type': z.string() }).optional(),
});

const pageBody = z.strictObject({
  operations: z.array(operationBody).optional(),
  nextPageToken: z.string().optional(),
});

/** The google.rpc error in `reply`; throws where there is none. */
export function errorOf(reply: Reply): z.output<typeof errorBody>['error'] {
  return errorBody.parse(JSON.parse(reply.body)).error;
}

/** The operation in `reply`; throws where it is not one. */
export function operationOf(reply: Reply): z.output<typeof operationBody> {
  return operationBody.parse(JSON.parse(reply.body));
}

/** The page of a list in `reply`; throws where it is not one. */
export function pageOf(reply: Reply): z.output<typeof pageBody> {
  return pageBody.parse(JSON.parse(reply.body));
}
