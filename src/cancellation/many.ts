import { randomUUID } from 'node:crypto';
import type { CancelMany } from '../command/read.ts';
import { statusOfApiError } from '../google/advice.ts';
import { type ApiError, apiError, isApiError } from '../google/api-error.ts';
import type { ListedOperation } from '../google/datastream.ts';
import type { Call } from '../google/exchange.ts';
import { conclude, type Report } from '../record/conclude.ts';
import { countsOf } from '../record/fill.ts';
import { logResult } from '../record/log-result.ts';
import type { AuditRecord } from '../record/schema.ts';
import { isTransient, OK, statusOf } from '../terms/status.ts';
import { cancelOne, type Tools } from './one.ts';
import { byAge, selector } from './selection.ts';

/** How many operations are cancelled at the same time: Datastream's quota is 1,200 calls a minute, and each takes three or more. */
const AT_A_TIME = 5;

/** An operation is not started with fewer milliseconds left than this, or than this part of `REQUEST_DEADLINE` if that is less. */
const LEAST_TO_START = 5000;
const LEAST_PART_TO_START = 0.1;

/**
 * Cancels the operations of a parent that a selection finds: lists to the last page, oldest first, a few at a time, each
 * by the same core as a single one, and records the whole. Never rejects.
 *
 * @param record with everything about the request
 */
export async function cancelMany(command: CancelMany, record: AuditRecord, call: Call, tools: Tools): Promise<Report> {
  return logResult(await runMany(command, record, call, tools), tools);
}

async function runMany(command: CancelMany, record: AuditRecord, call: Call, tools: Tools): Promise<Report> {
  const { clock } = tools;
  const selected = await select(command, call, tools);
  if (isApiError(selected)) {
    const { retryAfter } = selected;
    return conclude(record, { outcome: 'ERROR', status: statusOfApiError(selected), retryAfter }, clock);
  }
  const { maxOperations, validateOnly } = command;
  if (selected.length > maxOperations && !validateOnly) {
    const message = `The selection finds ${selected.length} operations and maxOperations is ${maxOperations}, so none was cancelled; narrow the selection.`;
    return conclude(record, { outcome: 'BATCH', status: statusOf('FAILED_PRECONDITION', message) }, clock);
  }
  const reports = await eachOf(selected, (operation) => cancelSelected(operation, command, record, call, tools));
  const results = reports.map((report) => report.record);
  const decisive = reports.find(isTransientReport) ?? reports.find((report) => report.record.status.name !== 'OK');
  const { status } = decisive?.record ?? { status: OK };
  const retryAfter = decisive?.retryAfter ?? null;
  return conclude({ ...record, results, counts: countsOf(results) }, { outcome: 'BATCH', status, retryAfter }, clock);
}

/** The operations that the selection finds, oldest first. Only what it finds is kept, however many are listed. */
async function select(
  command: CancelMany,
  call: Call,
  { datastream, clock }: Tools,
): Promise<ListedOperation[] | ApiError> {
  const isSelected = selector(command.select, clock.now());
  const selected = new Map<string, ListedOperation>();
  let pageToken = '';
  do {
    const page = await datastream.list(command.parent, pageToken, call);
    if (isApiError(page)) return page;
    for (const operation of page.operations.filter(isSelected)) selected.set(operation.name, operation);
    if (page.nextPageToken === pageToken && pageToken !== '') return ENDLESS;
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return [...selected.values()].sort(byAge);
}

/** A page that names itself as the next one would be read until the deadline. */
const ENDLESS = apiError('INTERNAL', 'Datastream lists the same page again and again.');

/** One operation of a batch: its own record, cancelled as if it had been named, unless the time left is too short. */
async function cancelSelected(
  { name, state }: ListedOperation,
  { validateOnly, wait }: CancelMany,
  batch: AuditRecord,
  call: Call,
  tools: Tools,
): Promise<Report> {
  const record = ofBatch(batch, name);
  // A dry run has read the operation with the list, and answers the selection in full, whatever its number.
  if (validateOnly) return cancelOne({ name, validateOnly, wait, call, seen: state }, record, tools);
  const least = Math.min(LEAST_TO_START, tools.settings.REQUEST_DEADLINE * LEAST_PART_TO_START);
  if (call.deadline.left() >= least) return cancelOne({ name, validateOnly, wait, call }, record, tools);
  const message = 'REQUEST_DEADLINE left no time to start with this operation; send the request again.';
  return logResult(
    conclude(record, { outcome: 'ERROR', status: statusOf('DEADLINE_EXCEEDED', message) }, tools.clock),
    tools,
  );
}

function ofBatch(batch: AuditRecord, name: string): AuditRecord {
  return {
    ...batch,
    auditId: randomUUID(),
    parentAuditId: batch.auditId,
    methodName: 'google.longrunning.Operations.CancelOperation',
    resourceName: name,
    select: null,
    counts: null,
    results: null,
  };
}

/** Runs `task` for each item, a few at a time, and brings what it brings in the order of the items. */
async function eachOf<T, R>(items: readonly T[], task: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = items.entries();
  const work = async () => {
    for (const [index, item] of queue) results[index] = await task(item);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return results;
}

function isTransientReport({ record }: Report): boolean {
  return isTransient(record.status.name);
}
