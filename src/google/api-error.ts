import { type Deadline, isShuttingDown } from '../terms/clock.ts';
import { DOMAIN, REASONS, type Reason, sentenceOf } from '../terms/reason.ts';
import type { CodeName } from '../terms/status.ts';

/** Why a call brought no result. */
export type ApiError = {
  kind: 'error';
  code: CodeName;
  /** What Datastream said; where the function found the error itself, the sentence of its reason. */
  message: string;
  /** `reason` and `domain` of google.rpc.ErrorInfo; where the function found the error itself, its own. */
  reason: string | null;
  domain: string | null;
  /** Milliseconds before which the other side does not want to be asked again. */
  retryAfter: number | null;
  /** Whether the same call is tried again, whatever it does (README, "Towards Datastream"). */
  retriable: boolean;
  /** Whether it is tried again where it only reads. */
  rereadable: boolean;
  /** Whether it failed on a connection that had been idle: the next attempt has a new one and follows at once. */
  stale: boolean;
  /** Whether the request may have been carried out although this is what came back. */
  lost: boolean;
};

/** What holds of an error beside what it says; what is not given does not hold. */
type Traits = Partial<Omit<ApiError, 'kind' | 'code' | 'message'>>;

/** Makes an error that Datastream told. */
export function apiError(code: CodeName, message: string, traits: Traits = {}): ApiError {
  const { retriable = false, rereadable = retriable } = traits;
  const unset = { reason: null, domain: null, retryAfter: null, stale: false, lost: false };
  return { kind: 'error', code, message, ...unset, ...traits, retriable, rereadable };
}

/** Makes an error that the function found itself. */
export function ownError(
  reason: Reason,
  traits: Traits = {},
  places?: Readonly<Record<string, string | number>>,
): ApiError {
  return apiError(REASONS[reason].code, sentenceOf(reason, places), { ...traits, reason, domain: DOMAIN });
}

/** Makes the error of what there is no time left for. */
export function outOfTime(deadline: Deadline): ApiError {
  return ownError(isShuttingDown(deadline) ? 'SHUTTING_DOWN' : 'DEADLINE_PASSED');
}

export function isApiError(result: object): result is ApiError {
  return 'kind' in result && result.kind === 'error';
}

/** The list came round to a page that it had: it would be read until the deadline. */
export const LIST_REPEATS = ownError('LIST_REPEATS');

/** The list has more operations than are read. */
export const LIST_TOO_LONG = ownError('LIST_TOO_LONG');

/** Most operations of a list that are read. */
export const MOST_LISTED = 100_000;
