/** A complete HTTP answer. Bodies are text: every one that Datastream sends is JSON or, from Google's front end, HTML. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** The names of google/rpc/code.proto; the place of a name is its number. */
export const rpcCodes = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

/** The code of an error: any but OK. */
export type RpcCode = Exclude<(typeof rpcCodes)[number], 'OK'>;

/** The HTTP mapping that code.proto documents for each code. */
const httpStatus: Readonly<Record<RpcCode, number>> = {
  CANCELLED: 499,
  UNKNOWN: 500,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
  UNAUTHENTICATED: 401,
};

/** An error as Google's APIs word one (AIP-193). `retryDelay` is a Duration string; `retryAfter` goes into the header of that name. */
export type RpcError = {
  readonly code: RpcCode;
  readonly message?: string | undefined;
  /** With a reason the error carries an ErrorInfo made of `reason`, `domain` and `metadata`. */
  readonly reason?: string | undefined;
  readonly domain?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly retryDelay?: string | undefined;
  readonly retryAfter?: string | undefined;
  /** Further google.protobuf.Any values, put behind ErrorInfo and RetryInfo. */
  readonly details?: readonly unknown[] | undefined;
};

/** The number of a google.rpc code, 1 to 16. */
export function rpcNumber(code: RpcCode): number {
  return rpcCodes.indexOf(code);
}

/** A JSON answer; `value` is what is serialized. */
export function jsonAnswer(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=UTF-8', ...headers },
    body: JSON.stringify(value),
  };
}

/**
 * The forms in which Google's errors come besides the documented one: in a list, as a mere string, as older APIs word them (a
 * reason for machines and no status), and as a page of the front end.
 */
export const errorForms = ['array', 'string', 'reasonAlone', 'html'] as const;
export type ErrorForm = (typeof errorForms)[number];

/** What a Google API sends for `error`, with further headers where the protocol asks for some. */
export function errorAnswer(error: RpcError, headers: Readonly<Record<string, string>> = {}, form?: ErrorForm): Answer {
  const code = httpStatus[error.code];
  const message = error.message ?? `The emulator answers ${error.code}.`;
  const sent = { ...(error.retryAfter === undefined ? {} : { 'retry-after': error.retryAfter }), ...headers };
  const details = detailsOf(error);
  const body = { error: { code, message, status: error.code, ...(details.length > 0 ? { details } : {}) } };
  switch (form) {
    case undefined:
      return jsonAnswer(body, code, sent);
    case 'array':
      return jsonAnswer([body], code, sent);
    case 'string':
      return jsonAnswer({ error: message }, code, sent);
    case 'reasonAlone': {
      const errors = [{ domain: error.domain ?? 'global', reason: error.reason ?? camelCase(error.code), message }];
      return jsonAnswer({ error: { code, message, errors } }, code, sent);
    }
    case 'html': {
      const page = frontEndAnswer(code, message);
      return { ...page, headers: { ...page.headers, ...sent } };
    }
  }
}

function camelCase(code: RpcCode): string {
  return code.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

function detailsOf(error: RpcError): unknown[] {
  const details: unknown[] = [];
  if (error.reason !== undefined) {
    details.push(errorInfo(error.reason, error.domain, error.metadata));
  }
  if (error.retryDelay !== undefined) {
    details.push({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: error.retryDelay });
  }
  return [...details, ...(error.details ?? [])];
}

/** An ErrorInfo: what machines can tell an error by, in an answer's error as in that of an operation. */
export function errorInfo(
  reason: string,
  domain = 'googleapis.com',
  metadata?: Readonly<Record<string, string>>,
): object {
  return { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain, ...(metadata && { metadata }) };
}

/** The HTML page of Google's front end, which answers in place of an API for paths that belong to none. */
export function frontEndAnswer(status: number, text: string): Answer {
  const body = `<!DOCTYPE html>\n<html lang=en>\n<title>Error ${status}</title>\n<p><b>${status}.</b> <ins>That’s an error.</ins>\n<p>${text}\n`;
  return { status, headers: { 'content-type': 'text/html; charset=UTF-8' }, body };
}
