import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer, answerMethodNotAllowed } from './answer.ts';
import { type Authenticate, checkCaller } from './caller/authenticate.ts';
import { cancelMany } from './cancellation/many.ts';
import { cancelOne, type Tools } from './cancellation/one.ts';
import type { CommandResult } from './command/read.ts';
import { type Body, readBody } from './delivery/body.ts';
import type { Trigger } from './delivery/delivery.ts';
import { checkPayloadSize, recognizeDelivery } from './delivery/recognize.ts';
import { traceName, traceOf } from './delivery/trace.ts';
import type { Identity } from './google/identity.ts';
import { checkParent } from './permission.ts';
import { type Report, refuse } from './record/conclude.ts';
import {
  newRecord,
  type Runtime,
  withCommand,
  withIdentity,
  withLegible,
  withPermission,
  withTrigger,
} from './record/fill.ts';
import { logResult } from './record/log-result.ts';
import type { Settings } from './settings.ts';
import { type Clock, deadlineIn } from './terms/clock.ts';
import { invalid, Refusal } from './terms/refusal.ts';
import { statusOf } from './terms/status.ts';
import { timeToWork } from './time-budget.ts';

/** All that the function works with, made once at start. */
export type Parts = Tools & {
  runtime: Runtime;
  identity: Identity;
  authenticate: Authenticate;
  readCommand: (payload: Buffer) => CommandResult;
};

/** Makes the function: a request comes in, its audit record goes out. */
export function cancelOperation(parts: Parts): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    if (request.method !== 'POST') return answerMethodNotAllowed(response);
    answer(response, await handle(request, parts));
  };
}

/** One request from its bytes to its report, in the order of the contract: size, caller, command, age, permission. */
async function handle(request: IncomingMessage, parts: Parts): Promise<Report> {
  const { settings, clock, identity } = parts;
  const { headers } = request;
  const deadline = deadlineIn(clock, timeToWork(settings));
  const { traceId, traceparent } = traceOf(headers);
  let record = newRecord(headers, request.socket.remoteAddress, parts.runtime, clock);
  try {
    const [serviceAccount, trace] = await Promise.all([
      identity.serviceAccount(deadline),
      traceName(traceId, identity, deadline),
    ]);
    record = withIdentity(record, serviceAccount.value, trace);

    // By the headers alone, in case the body cannot be read.
    record = withTrigger(record, recognizeDelivery(headers, NO_BODY).trigger);
    const body = await readBody(request, headers['content-encoding'], deadline);
    const { trigger, payload } = recognizeDelivery(headers, body);
    record = withTrigger(record, trigger);
    checkPayloadSize(payload);

    record = { ...record, authenticationInfo: await parts.authenticate(headers, body.bytes, deadline) };
    checkCaller(settings, record.authenticationInfo);

    if ('problem' in payload) throw invalid([{ field: '', description: payload.problem }]);
    const read = parts.readCommand(payload);
    record = read.ok ? withCommand(record, read.command) : withLegible(record, read.legible);
    if (!read.ok) throw invalid(read.violations);
    const { command } = read;
    checkAge(trigger, settings, clock);

    const subject = command.kind === 'one' ? command.name : command.parent;
    record = withPermission(record, await checkParent(subject, settings, identity, deadline));
    const call = { deadline, traceparent };
    switch (command.kind) {
      case 'one':
        return await cancelOne({ ...command, call }, record, parts);
      case 'many':
        return await cancelMany(command, record, call, parts);
      default:
        return command satisfies never;
    }
  } catch (error) {
    return logResult(refuse(record, error, clock), parts);
  }
}

const NO_BODY: Body = { bytes: Buffer.alloc(0) };

/** Refuses a message of Pub/Sub that was published longer ago than `MAX_EVENT_AGE`. @throws {Refusal} EXPIRED */
function checkAge({ type, eventTime }: Trigger, settings: Settings, clock: Clock): void {
  if (type !== 'PUBSUB' || eventTime === null) return;
  if (clock.now() - Date.parse(eventTime) <= settings.MAX_EVENT_AGE) return;
  const message =
    'The message is older than MAX_EVENT_AGE, so nothing was cancelled; publish it again if it still holds.';
  throw new Refusal('EXPIRED', statusOf('FAILED_PRECONDITION', message));
}
