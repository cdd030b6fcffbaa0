import type { Outcome } from './outcome.ts';
import type { CodeName } from './status.ts';

/** Where the function itself refuses or fails, `status.domain` is this (AIP-193). */
export const DOMAIN = 'datastream-operation-cancel';

type Entry = { outcome: Outcome | 'BATCH'; code: CodeName; message: string };

const invalid = (message: string) => ({ outcome: 'INVALID', code: 'INVALID_ARGUMENT', message }) as const;
const unauthenticated = (message: string) =>
  ({ outcome: 'UNAUTHENTICATED', code: 'UNAUTHENTICATED', message }) as const;
const denied = (message: string) => ({ outcome: 'DENIED', code: 'PERMISSION_DENIED', message }) as const;
const error = (code: CodeName, message: string) => ({ outcome: 'ERROR', code, message }) as const;

/**
 * Every reason for which the function itself refuses or fails, with what a caller may do about it: `status.reason` and
 * `status.message` of a record. Reasons are stable, sentences are not (AIP-193). Of an INVALID the sentence is the
 * description of a field violation, which goes on behind the field's name. `{…}` is filled in.
 *
 * README.md lists the same; a test holds the two together.
 */
export const REASONS = {
  // Who asks.
  CREDENTIALS_MISSING: unauthenticated('Send a Google-signed OIDC token, or sign the webhook (CALLER_AUTH=verify).'),
  TOKEN_MISSING: unauthenticated(
    'Send an OIDC token that Cloud Run can check, as "Authorization: Bearer …" (CALLER_AUTH=iam).',
  ),
  TOKEN_MALFORMED: unauthenticated('Send the OIDC token whole, as "Authorization: Bearer …".'),
  TOKEN_UNCHECKED: unauthenticated(
    'Keep the service private: Cloud Run has not checked this token (CALLER_AUTH=iam), so nobody is admitted.',
  ),
  TOKEN_SIGNATURE_REMOVED: unauthenticated('Send the OIDC token with its signature.'),
  TOKEN_NOT_ACCEPTED: unauthenticated(
    'Send no token: this function takes signed webhooks only (OIDC_AUDIENCE is not set).',
  ),
  TOKEN_EXPIRED: unauthenticated('Send a current token: this one has expired.'),
  TOKEN_NOT_YET_VALID: unauthenticated('Send a token that is valid already, and check the clock of who issues it.'),
  TOKEN_LIVES_TOO_LONG: unauthenticated('Send a token that says when it was issued and lives a day at most.'),
  TOKEN_EMAIL_UNVERIFIED: unauthenticated('Send a token whose email Google has verified.'),
  TOKEN_WRONG_ISSUER: unauthenticated('Send a token that Google issued (https://accounts.google.com).'),
  TOKEN_WRONG_AUDIENCE: unauthenticated('Send a token for the audience of this function (OIDC_AUDIENCE).'),
  TOKEN_SIGNATURE_INVALID: unauthenticated('Send the token as Google signed it: its signature does not hold.'),
  CERTIFICATES_UNAVAILABLE: error('UNAVAILABLE', "Google's certificates could not be fetched; send the request again."),
  SIGNATURE_NOT_ACCEPTED: unauthenticated(
    'Send an OIDC token: this function takes no signed webhooks (WEBHOOK_SECRETS is not set).',
  ),
  WEBHOOK_ID_MISSING: unauthenticated('Send the header webhook-id, which is part of what is signed.'),
  WEBHOOK_HEADER_REPEATED: unauthenticated(
    'Send webhook-id, webhook-timestamp and webhook-signature once each; several signatures stand in one header, with spaces between.',
  ),
  WEBHOOK_TIMESTAMP_MALFORMED: unauthenticated(
    'Send the header webhook-timestamp, whole seconds since 1970 in digits alone.',
  ),
  WEBHOOK_TIMESTAMP_IN_MILLISECONDS: unauthenticated(
    'Send webhook-timestamp in seconds since 1970: this one is in milliseconds.',
  ),
  SIGNATURE_TOO_OLD: unauthenticated('Sign the webhook anew: webhook-timestamp is more than five minutes old.'),
  SIGNATURE_TOO_NEW: unauthenticated('Set the clock of the sender: webhook-timestamp is more than five minutes ahead.'),
  SIGNATURE_VERSION_MISSING: unauthenticated(
    'Send webhook-signature as "v1," with the base64 of an HMAC-SHA256 behind it.',
  ),
  TOO_MANY_SIGNATURES: unauthenticated('Send at most ten signatures in webhook-signature.'),
  SIGNATURE_MISMATCH: unauthenticated(
    'Sign "{webhook-id}.{webhook-timestamp}.{raw body}" with a current secret: no signature of this request holds.',
  ),

  // Whether they may.
  CALLER_NOT_ALLOWED: denied('This caller may not use this function; its operator lists callers in ALLOWED_CALLERS.'),
  PARENT_NOT_ALLOWED: denied(
    'This function may not cancel operations of that project and location; its operator lists parents in ALLOWED_PARENTS.',
  ),
  OWN_PROJECT_UNKNOWN: denied(
    'This function may cancel nothing: ALLOWED_PARENTS is not set and the own project is not known.',
  ),
  OWN_PROJECT_UNAVAILABLE: error(
    'UNAVAILABLE',
    'The metadata server did not tell the own project of this function; send the request again.',
  ),
  VERB_NOT_ALLOWED: denied(
    'This function may not cancel operations of this verb; its operator lists verbs in ALLOWED_VERBS.',
  ),
  MESSAGE_TOO_OLD: {
    outcome: 'EXPIRED',
    code: 'FAILED_PRECONDITION',
    message: 'The message is older than MAX_EVENT_AGE, so nothing was cancelled; publish it again if it still holds.',
  },

  // What it comes in.
  BODY_TOO_LATE: error('DEADLINE_EXCEEDED', 'The body of the request did not arrive in time; send it again.'),
  SIGNED_BODY_TOO_LATE: invalid('must arrive in time.'),
  BODY_CUT_OFF: invalid('must arrive whole; the connection was cut.'),
  BODY_LOST: error('INTERNAL', 'The body of the request was lost inside this function; send it again, and report it.'),
  BODY_TOO_LARGE: invalid('must be smaller: a body has at most {most}.'),
  PAYLOAD_TOO_LARGE: invalid('must be smaller: a command has at most 64 KiB.'),
  CONTENT_ENCODING_UNSUPPORTED: invalid('must come with Content-Encoding gzip, or without one.'),
  GZIP_MALFORMED: invalid('must be compressed as its Content-Encoding says.'),
  PUSH_MALFORMED: invalid('must be a Pub/Sub push body: a message object with its data in base64, and a subscription.'),
  MESSAGE_DATA_MISSING: invalid('must have data: the message carries attributes only.'),
  MESSAGE_DATA_MALFORMED: invalid('must have its data in base64.'),
  EVENT_TYPE_UNSUPPORTED: invalid(
    'must be a CloudEvent of type google.cloud.pubsub.topic.v1.messagePublished, or no CloudEvent at all.',
  ),
  JSON_TOO_COMPLEX: invalid('must be simpler JSON: at most 64 levels deep and with at most 20,000 values.'),

  // Towards Datastream.
  CREDENTIALS_UNREADABLE: error(
    'UNAVAILABLE',
    "The file with this function's credentials cannot be read: check that it is there and legible (GOOGLE_APPLICATION_CREDENTIALS).",
  ),
  CREDENTIALS_NOT_JSON: error(
    'UNAVAILABLE',
    "The file with this function's credentials is not JSON: put a whole one in its place (GOOGLE_APPLICATION_CREDENTIALS).",
  ),
  CREDENTIALS_UNUSABLE: error(
    'UNAVAILABLE',
    'No access token could be made of the credentials of this function: give it a service account, or a complete credentials file.',
  ),
  CREDENTIALS_REFUSED: error(
    'UNAVAILABLE',
    'The token endpoint gave this function no access token ({cause}): check the credentials that it runs with.',
  ),
  TOKEN_ENDPOINT_UNREACHABLE: error(
    'UNAVAILABLE',
    'The endpoint that gives this function its access tokens could not be reached; send the request again.',
  ),
  ACCESS_TOKEN_TOO_LATE: error('UNAVAILABLE', 'This function got no access token in time; send the request again.'),
  ACCESS_TOKEN_REFUSED: error(
    'UNAVAILABLE',
    'Datastream refused two access tokens of this function in a row: check the credentials that it runs with.',
  ),
  DATASTREAM_UNREACHABLE: error('UNAVAILABLE', 'Datastream could not be reached; send the request again.'),
  DATASTREAM_CONNECT_TIMED_OUT: error(
    'DEADLINE_EXCEEDED',
    'Datastream could not be reached in time; send the request again.',
  ),
  DATASTREAM_TIMED_OUT: error('DEADLINE_EXCEEDED', 'Datastream did not answer in time; send the request again.'),
  CONNECTION_BROKEN: error('UNAVAILABLE', 'The connection to Datastream broke; send the request again.'),
  DEADLINE_PASSED: error('DEADLINE_EXCEEDED', 'REQUEST_DEADLINE has passed; send the request again.'),
  WRONG_HOST: error(
    'INTERNAL',
    'Not Datastream answered, but another host, with HTTP status {http}: check DATASTREAM_ENDPOINT.',
  ),
  UNDOCUMENTED_ANSWER: error(
    'INTERNAL',
    'Datastream answered something that its API does not document; send the request again, and report it if that does not help.',
  ),
  ANSWER_TOO_LARGE: error(
    'INTERNAL',
    'An answer of Datastream is larger than this function reads; look at the operation in Datastream.',
  ),
  LIST_INCOMPLETE: error(
    'UNAVAILABLE',
    'Datastream could not list all operations of the parent, so none is cancelled; send the request again.',
  ),
  LIST_REPEATS: error(
    'INTERNAL',
    'The list of operations comes round to a page that it had, so none is cancelled; send the request again.',
  ),
  LIST_TOO_LONG: error(
    'INTERNAL',
    'The parent has more than 100,000 operations, so none is cancelled; name the operations instead.',
  ),

  // Doing it.
  TOO_MANY_SELECTED: {
    outcome: 'BATCH',
    code: 'FAILED_PRECONDITION',
    message:
      'The selection finds {selected} operations and maxOperations is {most}, so none is cancelled; narrow the selection.',
  },
  TOO_MANY_UNDER_WAY: error(
    'RESOURCE_EXHAUSTED',
    'This instance has as many operations of batches under way as it can hold; send the request again later.',
  ),
  NO_TIME_TO_ASK: error(
    'DEADLINE_EXCEEDED',
    'REQUEST_DEADLINE left no time to ask for this one; send the request again.',
  ),
  SHUTTING_DOWN: error('UNAVAILABLE', 'This instance is shutting down; send the request again.'),
  LOG_UNWRITABLE: error(
    'UNAVAILABLE',
    'The audit log cannot be written, so nothing was cancelled; send the request again.',
  ),
  INTERNAL_FAULT: error(
    'INTERNAL',
    'This function failed ({kind}); send the request again, and report it if that does not help.',
  ),
} as const satisfies Record<string, Entry>;

export type Reason = keyof typeof REASONS;

/** The sentence of a reason with its places filled in; a place that nothing is given for stands as it is. */
export function sentenceOf(reason: Reason, places: Readonly<Record<string, string | number>> = {}): string {
  return REASONS[reason].message.replace(/\{(\w+)\}/g, (place, name: string) => String(places[name] ?? place));
}
