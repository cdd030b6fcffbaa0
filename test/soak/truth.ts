import { isDeepStrictEqual } from 'node:util';
import type { AuditRecord } from '../../src/record/schema.ts';
import { httpStatusOf, isTransient } from '../../src/terms/status.ts';
import type { OperationState } from '../emulator/operations.ts';
import type { ReceivedRequest } from '../emulator/requests.ts';

/** What the emulator knows of one operation, to hold a record against. */
export type Evidence = {
  /** The operation as it is, undefined where there never was one. */
  state: OperationState | undefined;
  /** All requests about it, in the order in which they arrived. */
  requests: readonly ReceivedRequest[];
};

/** A record of one operation must be true. Brings what is not, in sentences. */
export function untruths(record: AuditRecord, evidence: Evidence): string[] {
  const arrived = evidence.state?.cancels.arrived.length ?? 0;
  const { outcome, cancelAttempts, operationAfter } = record;
  return [
    ...(isTrue(record, evidence) ? [] : [`${outcome} is not what the operation shows`]),
    ...(arrived > cancelAttempts ? [`${arrived} cancels arrived and the record tells of ${cancelAttempts}`] : []),
    ...(cancelAttempts === 0 && operationAfter !== null ? ['operationAfter is there although no cancel was sent'] : []),
    ...needlessCancels(evidence),
  ];
}

/** Whether the outcome is what became of the operation. */
function isTrue({ outcome, cancelAttempts, completeTime }: AuditRecord, { state, requests }: Evidence): boolean {
  const sent = cancelAttempts > 0;
  const { resource } = state ?? {};
  switch (outcome) {
    case 'CANCELLED':
      return sent && resource?.done === true && resource.error?.code === 1;
    case 'COMPLETED':
      return sent && resource?.response !== undefined;
    case 'FAILED':
      return sent && resource?.error !== undefined && resource.error.code !== 1;
    case 'CANCEL_REQUESTED':
      return sent && state?.requestedCancellation === true && state.cancels.applied.length > 0;
    case 'ALREADY_DONE':
      return !sent && resource?.done === true && resource.metadata.endTime !== undefined;
    case 'VALIDATED':
      return !sent && state !== undefined;
    case 'NOT_FOUND':
      return state === undefined;
    case 'UNSUPPORTED':
      return sent && wasRefusedAs(requests, 501) && !wasTakenBeforeLastLook(state, requests);
    case 'ERROR':
      return sent
        ? !wasTakenBeforeLastLook(state, requests)
        : state === undefined || state.cancels.arrived.length === 0;
    case 'UNKNOWN':
      return sent && !wasSeenAfterLastCancel(requests, Date.parse(completeTime ?? '') - TOO_LATE);
    default:
      return false;
  }
}

/** A cancel may be carried out late, after the function has seen that it was not: that is no untruth. */
function wasTakenBeforeLastLook(state: OperationState | undefined, requests: readonly ReceivedRequest[]): boolean {
  const look = requests.findLast((request) => request.kind === 'get' && isWhole(request));
  const lookedAt = look?.receiveTime ?? Number.POSITIVE_INFINITY;
  return (state?.cancels.applied ?? []).some((appliedAt) => appliedAt < lookedAt);
}

/** A read that reaches the emulator less than these ms before the record is finished may be answered too late. */
const TOO_LATE = 500;

/** What became of an operation can be learned where a read after the last cancel was answered in time. */
function wasSeenAfterLastCancel(requests: readonly ReceivedRequest[], inTime: number): boolean {
  const cancel = requests.findLastIndex(({ kind }) => kind === 'cancel');
  const looks = requests.slice(cancel + 1).filter(({ kind, receiveTime }) => kind === 'get' && receiveTime < inTime);
  return looks.some(isWhole);
}

function wasRefusedAs(requests: readonly ReceivedRequest[], http: number): boolean {
  return requests.some(({ kind, status }) => kind === 'cancel' && status === http);
}

/** There must be no other cancel once it is known that none is needed, nor one while it is not known whether it is. */
function needlessCancels({ state, requests }: Evidence): string[] {
  const { applied = [] } = state?.cancels ?? {};
  const endTime = state?.resource.metadata.endTime;
  const ended = endTime === undefined ? Number.POSITIVE_INFINITY : Date.parse(endTime);
  let known = false;
  let unclear = false;
  for (const request of requests) {
    const cancels = request.kind === 'cancel';
    if (cancels && known) return ['a cancel was sent although it was known that none was needed'];
    if (cancels && unclear) return ['a cancel was sent again without a read that shows that it is needed'];
    if (cancels) unclear = !NOT_TAKEN.has(request.status ?? 0);
    else if (request.status === 200) unclear = false;
    const shown = request.receiveTime > ended || applied.some((at) => at < request.receiveTime);
    known ||= isWhole(request) && (cancels || shown);
  }
  return [];
}

/** What refuses a cancel before Datastream looks at it: a token that is no more good, a quota that is used up. */
const NOT_TAKEN: ReadonlySet<number> = new Set([401, 429]);

/** Whether the function got the true answer, and got it whole and at once. */
function isWhole({ status, fault }: ReceivedRequest): boolean {
  return status === 200 && fault === null;
}

/** A summary must tell what its results tell. */
export function untruthsOfSummary({ outcome, status, counts, results }: AuditRecord): string[] {
  if (outcome === 'ERROR') return results?.length === 0 ? [] : ['a list that failed has results'];
  const statuses = (results ?? []).map((result) => result.status);
  const decisive =
    statuses.find((each) => each !== null && isTransient(each.name)) ?? statuses.find((each) => each?.name !== 'OK');
  const total = Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0);
  const differing = Object.entries(counts ?? {}).filter(
    ([name, count]) => count !== results?.filter((result) => result.outcome === name).length,
  );
  return [
    ...(total === results?.length && differing.length === 0 ? [] : ['the counts are not those of the results']),
    ...((decisive ?? null) === null
      ? []
      : isDeepStrictEqual(status, decisive)
        ? []
        : ['the status is not the decisive one']),
    ...(decisive === undefined && status?.name !== 'OK' ? ['the status is not OK although every result is'] : []),
  ];
}

/** The HTTP status that belongs to a record. */
export function httpOf({ outcome, status, trigger }: AuditRecord): number {
  if (outcome === 'CANCEL_REQUESTED') return 202;
  if (status === null) return 0;
  return trigger.type === 'PUBSUB' && !isTransient(status.name) ? 200 : httpStatusOf(status.name);
}
