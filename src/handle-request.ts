import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer, answerMethodNotAllowed } from './answer.ts';
import { type Authenticate, checkCaller } from './caller/authenticate.ts';
import { cancelNamed, cancelSelected, type ManyTools } from './cancellation/many.ts';
import { cancelOne } from './cancellation/one.ts';
import type { Command, CommandResult } from './command/read.ts';
import { readBody } from './delivery/body.ts';
import type { Trigger } from './delivery/delivery.ts';
import type { Headers } from './delivery/headers.ts';
import { checkPayload, MOST_BODY_BYTES, MOST_PAYLOAD_BYTES, recognize } from './delivery/recognize.ts';
import { traceOf } from './delivery/trace.ts';
import type { Datastream } from './google/datastream.ts';
import type { Identity } from './google/identity.ts';
import { checkParent } from './permission.ts';
import { concludeEarly, type Report } from './record/conclude.ts';
import { logResult } from './record/result.ts';
import type { AuditRecord } from './record/schema.ts';
import { commanded, commandedInPart, deliveredBy, judged, type Runtime, recordOf } from './record/start.ts';
import { type Settings, timeToWork } from './settings.ts';
import { type Clock, type Deadline, deadlineIn, type Shutdown } from './terms/clock.ts';
import { invalid, refusal } from './terms/refusal.ts';

/** All that the function works with, made once at start. */
export type Parts = ManyTools & {
  shutdown: Shutdown;
  runtime: Omit<Runtime, 'serviceAccount'>;
  identity: Identity;
  authenticate: Authenticate;
  /** Whether a signature is all that a request can be known by, as far as its headers show. */
  carriesSignatureAlone: (headers: Headers) => boolean;
  readCommand: (payload: Buffer) => CommandResult;
  datastream: Datastream;
};

/** Makes the function: a request comes in, its audit record goes out. */
export function handleRequest(parts: Parts): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    if (request.method !== 'POST') return answerMethodNotAllowed(response);
    answer(response, await handle(request, parts));
    // What a caller goes on sending after it was refused is thrown away.
    request.resume();
  };
}

/**
 * One request from its headers to its report, in the order of the contract: the caller as far as headers tell, size,
 * signature, command, age, permission. What ends it early brings the record along, as far as it had got.
 */
async function handle(request: IncomingMessage, parts: Parts): Promise<Report> {
  const { settings, clock, log } = parts;
  const { headers } = request;
  const deadline = deadlineIn(clock, timeToWork(settings), parts.shutdown);
  const { traceId, traceparent } = traceOf(headers);
  const arrived = await arrive(request, traceId, deadline, parts);
  try {
    const admitted = await at(arrived, () => parts.authenticate(request.headersDistinct, deadline));
    const { caller, bySignatureAlone, checkBody } = admitted;
    const known = { ...arrived, authenticationInfo: caller };
    const body = await at(known, async () => {
      checkCaller(settings, admitted);
      const most = bySignatureAlone ? MOST_PAYLOAD_BYTES : MOST_BODY_BYTES;
      const late = bySignatureAlone ? 'SIGNED_BODY_TOO_LATE' : 'BODY_TOO_LATE';
      return await readBody(request, headers['content-encoding'], { most, deadline, late });
    });
    const proved = await at(known, async () => checkBody?.(body) ?? caller);
    const { trigger, payload } = recognize(headers, body, bySignatureAlone);
    const delivered = deliveredBy({ ...known, authenticationInfo: proved }, trigger);
    const read = parts.readCommand(await at(delivered, async () => checkPayload(payload)));
    if (!read.ok) throw new Stopped(commandedInPart(delivered, read.legible), invalid(read.violations));
    const asked = commanded(delivered, read.command);
    return await at(asked, async () => {
      checkAge(trigger, settings, clock);
      return await carryOutCommand(read.command, asked, { deadline, traceparent }, parts);
    });
  } catch (error) {
    const { record, cause } = error instanceof Stopped ? error : new Stopped(arrived, error);
    return await logResult(concludeEarly(record, cause, clock.now()), log, clock);
  }
}

/** What is known of a request by its headers, before anything is judged. */
async function arrive(
  { headers, headersDistinct, socket }: IncomingMessage,
  traceId: string | undefined,
  deadline: Deadline,
  { identity, runtime, clock, carriesSignatureAlone }: Parts,
): Promise<AuditRecord> {
  const now = clock.now();
  const [account, project] = await Promise.all([
    identity.serviceAccount(deadline),
    traceId === undefined ? undefined : identity.projectId(deadline),
  ]);
  const known = project?.value ?? null;
  return recordOf({
    headers,
    remoteAddress: socket.remoteAddress,
    trace: known === null ? null : `projects/${known}/traces/${traceId}`,
    runtime: { serviceAccount: account.value, ...runtime },
    trigger: recognize(headers, NO_BODY, carriesSignatureAlone(headersDistinct)).trigger,
    now,
  });
}

const NO_BODY = Buffer.alloc(0);

async function carryOutCommand(
  command: Command,
  record: AuditRecord,
  call: { deadline: Deadline; traceparent: string | undefined },
  parts: Parts,
): Promise<Report> {
  const session = parts.datastream.session(call);
  const allow = (name: string) => checkParent(name, parts.settings, parts.identity, call.deadline);
  const summary = (report: Report) => logResult(report, parts.log, parts.clock);
  switch (command.kind) {
    case 'one':
      return await cancelOne(command, judged(record, true, await allow(command.name)), session, parts);
    case 'named':
      return await summary(await cancelNamed(command, record, session, allow, parts));
    case 'selected': {
      const allowed = judged(record, true, await allow(command.parent));
      return await at(allowed, async () => summary(await cancelSelected(command, allowed, session, parts)));
    }
    default:
      return command satisfies never;
  }
}

/** Refuses a message of Pub/Sub that was published longer ago than `MAX_EVENT_AGE`. @throws {Refusal} EXPIRED */
function checkAge({ type, eventTime }: Trigger, settings: Settings, clock: Clock): void {
  if (type !== 'PUBSUB' || eventTime === null) return;
  if (clock.now() - Date.parse(eventTime) > settings.MAX_EVENT_AGE.milliseconds) throw refusal('MESSAGE_TOO_OLD');
}

/** What ended a request, with its record as far as it had got. */
class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly record: AuditRecord;

  constructor(record: AuditRecord, cause: unknown) {
    super('The request ended early.', { cause });
    this.record = record;
  }
}

/** Takes a step of a request; what it throws travels with the record as the step found it. */
async function at<T>(record: AuditRecord, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof Stopped ? error : new Stopped(record, error);
  }
}
