/**
 * The codes of google.rpc.Code with the HTTP status that belongs to each.
 * Source: google/rpc/code.proto.
 */
const CODES = {
  OK: { number: 0, http: 200 },
  CANCELLED: { number: 1, http: 499 },
  UNKNOWN: { number: 2, http: 500 },
  INVALID_ARGUMENT: { number: 3, http: 400 },
  DEADLINE_EXCEEDED: { number: 4, http: 504 },
  NOT_FOUND: { number: 5, http: 404 },
  ALREADY_EXISTS: { number: 6, http: 409 },
  PERMISSION_DENIED: { number: 7, http: 403 },
  RESOURCE_EXHAUSTED: { number: 8, http: 429 },
  FAILED_PRECONDITION: { number: 9, http: 400 },
  ABORTED: { number: 10, http: 409 },
  OUT_OF_RANGE: { number: 11, http: 400 },
  UNIMPLEMENTED: { number: 12, http: 501 },
  INTERNAL: { number: 13, http: 500 },
  UNAVAILABLE: { number: 14, http: 503 },
  DATA_LOSS: { number: 15, http: 500 },
  UNAUTHENTICATED: { number: 16, http: 401 },
} as const;

export type CodeName = keyof typeof CODES;

export const CODE_NAMES = Object.keys(CODES).filter(isCodeName);

const TRANSIENT: ReadonlySet<CodeName> = new Set([
  'DEADLINE_EXCEEDED',
  'RESOURCE_EXHAUSTED',
  'ABORTED',
  'INTERNAL',
  'UNAVAILABLE',
  'UNKNOWN',
]);

/** One problem of a request. `field` is its path, empty for the payload as a whole. */
export type FieldViolation = { field: string; description: string };

/** What went wrong, or OK: the google.rpc.Status of a record, with ErrorInfo's reason and domain and BadRequest's violations. */
export type Status = {
  code: number;
  name: CodeName;
  message: string;
  reason: string | null;
  domain: string | null;
  fieldViolations: FieldViolation[];
};

export const OK: Status = Object.freeze(statusOf('OK', ''));

/** Makes a status. `message` is one sentence for the caller that says what to do. */
export function statusOf(
  name: CodeName,
  message: string,
  details: { reason?: string | null; domain?: string | null; fieldViolations?: FieldViolation[] } = {},
): Status {
  return {
    code: CODES[name].number,
    name,
    message,
    reason: details.reason ?? null,
    domain: details.domain ?? null,
    fieldViolations: details.fieldViolations ?? [],
  };
}

export function isCodeName(name: string): name is CodeName {
  return Object.hasOwn(CODES, name);
}

/** The HTTP status that google/rpc/code.proto gives for a code. */
export function httpStatusOf(name: CodeName): number {
  return CODES[name].http;
}

/** Whether the same request may succeed later, so that a delivery is worth repeating. */
export function isTransient(name: CodeName): boolean {
  return TRANSIENT.has(name);
}

/** The code for an error answer that is not Google's JSON: all that is left to judge by is its HTTP status. */
export function codeOfHttpStatus(http: number): CodeName {
  switch (http) {
    case 400:
      return 'INVALID_ARGUMENT';
    case 401:
      return 'UNAUTHENTICATED';
    case 403:
      return 'PERMISSION_DENIED';
    case 404:
      return 'NOT_FOUND';
    case 408:
      return 'DEADLINE_EXCEEDED';
    case 409:
      return 'ABORTED';
    case 429:
      return 'RESOURCE_EXHAUSTED';
    case 499:
      return 'CANCELLED';
    case 501:
      return 'UNIMPLEMENTED';
    case 502:
    case 503:
    case 504:
      return 'UNAVAILABLE';
    default:
      return http >= 400 && http < 500 ? 'FAILED_PRECONDITION' : 'INTERNAL';
  }
}
