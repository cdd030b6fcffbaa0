import type { AuditRecord } from '../../src/record/schema.ts';
import type { Sent } from './post.ts';
import type { SiteName, World } from './world.ts';

/** What an attempt is to come to. `cancels` is not in it: none may ever reach Datastream. */
export type Expected = {
  http: number;
  /** Null where there is no record, since the request never reached the function or was no POST. */
  outcome: AuditRecord['outcome'];
  /** `authorizationInfo.rule`. */
  rule?: string;
  /** `status.name`, where the outcome does not tell it. */
  status?: string;
  /** Datastream may have been asked about operations; else it must have seen nothing at all. */
  reads?: true;
};

/** One way in that must be shut. */
export type Attempt = {
  attempt: string;
  at: SiteName;
  request: (world: World) => Sent;
  expected: Expected;
};

export const UNAUTHENTICATED: Expected = { http: 401, outcome: 'UNAUTHENTICATED' };
export const INVALID: Expected = { http: 400, outcome: 'INVALID' };
export const CALLER_DENIED: Expected = { http: 403, outcome: 'DENIED', rule: 'ALLOWED_CALLERS' };
export const PARENT_DENIED: Expected = { http: 403, outcome: 'DENIED', rule: 'ALLOWED_PARENTS' };

/** A short form of rows that differ in one thing: each title with what makes its request. */
export function attempts(
  at: SiteName,
  expected: Expected,
  rows: Readonly<Record<string, (world: World) => Sent>>,
): Attempt[] {
  return Object.entries(rows).map(([attempt, request]) => ({ attempt, at, request, expected }));
}
