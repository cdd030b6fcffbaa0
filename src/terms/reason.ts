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

  // What the command is written in. {form} is the form of the name in question, {where} a place in the text or nothing.
  PAYLOAD_EMPTY: invalid('must not be empty: send a JSON object, or the bare name of an operation.'),
  PAYLOAD_NOT_UTF8: invalid('must be UTF-8.'),
  PAYLOAD_COMPRESSED: invalid('must say "Content-Encoding: gzip" where it is compressed.'),
  PAYLOAD_IS_FORM: invalid('must be JSON such as {"name": "…"}, not a form.'),
  PAYLOAD_IS_MARKUP: invalid('must be JSON such as {"name": "…"}, not XML or HTML.'),
  PAYLOAD_IS_YAML: invalid('must be JSON such as {"name": "…"}, not YAML.'),
  PAYLOAD_IN_BASE64: invalid('must be the JSON or the name itself, not base64 of it.'),
  PAYLOAD_IN_STRING: invalid('must be the JSON object itself, not a string that holds it: encode it once.'),
  PAYLOAD_IN_QUOTES: invalid('must have no quotation marks around it; a shell on Windows takes single ones along.'),
  PAYLOAD_FOREIGN: invalid(
    'must be a command, a JSON object with name, names, or parent and select; this has no field of one, as if it were meant for another service.',
  ),
  JSON_MALFORMED: invalid('must be well-formed JSON{where}.'),
  JSON_SINGLE_QUOTES: invalid('must have double quotes (") around keys and texts, not single ones.'),
  JSON_TYPOGRAPHIC_QUOTES: invalid('must have straight double quotes (") around keys and texts, not typographic ones.'),
  JSON_UNQUOTED_KEYS: invalid(
    'must have double quotes around its keys, as in {"name": "…"}; a shell may have taken them.',
  ),
  JSON_INVISIBLE_CHARACTERS: invalid('must have no invisible characters between its keys and values.'),
  JSON_NOT_AN_OBJECT: invalid('must be a JSON object, or the bare name of an operation.'),
  JSON_IS_A_LIST: invalid('must be one JSON object; several operations go into it as {"names": ["…", "…"]}.'),

  // Which fields it has.
  FIELD_UNKNOWN: invalid('must be left out: there is no such field.'),
  FIELD_MISSPELT: invalid('must be called {meant}.'),
  FIELD_MISPLACED: invalid('must stand {place}.'),
  FIELD_NAME_MALFORMED: invalid('must have no fields but those of a command; the name of one is no identifier.'),
  FIELD_NULL: invalid('must have a value, or be left out: null is none.'),
  STRING_EXPECTED: invalid('must be a string.'),
  BOOLEAN_EXPECTED: invalid('must be true or false, without quotation marks.'),
  DURATION_MALFORMED: invalid('must be a Duration such as "30s" or "0.5s".'),
  REASON_MISSING: invalid('must be given: say why (REQUIRE_REASON).'),
  REASON_MALFORMED: invalid('must be 1 to 256 characters of well-formed Unicode without control characters.'),
  REQUEST_ID_MALFORMED: invalid('must be 1 to 128 characters of A-Z a-z 0-9 . _ : @ / ~ and -.'),
  REQUEST_ID_LOOKS_SECRET: invalid('must be an id for this request; this looks like a credential.'),

  // Which operations it names.
  NAME_MISSING: invalid('must be given, or names, or parent with select, to say which operations are meant.'),
  NAME_NOT_ALONE: invalid('must stand alone: give either name, or names, or parent with select.'),
  NAME_MALFORMED: invalid('must be {form}.'),
  NAME_HAS_INVISIBLE_CHARACTERS: invalid(
    'must have no invisible characters, such as a zero width space or a no-break space; type it anew.',
  ),
  NAME_HAS_WHITE_SPACE: invalid('must have no white space and no control characters, in it or around it.'),
  NAME_HAS_QUOTES: invalid('must have no quotation marks in it, neither straight nor typographic.'),
  NAME_HAS_VARIABLE: invalid(
    'must have a value for each variable and placeholder ($NAME, %NAME%, {name}, <name>); a shell fills in none within single quotes.',
  ),
  NAME_IN_BASE64: invalid('must be the name itself, {form}, not base64 of it.'),
  NAME_IS_PERCENT_ENCODED: invalid('must be the name itself, {form}, not percent-encoded.'),
  NAME_IS_URL: invalid('must be the bare name, {form}, without scheme and host.'),
  NAME_HAS_VERSION: invalid('must start with "projects/", without the version of an API before it.'),
  NAME_HAS_OUTER_SLASH: invalid('must have no slash before it or behind it.'),
  NAME_HAS_METHOD: invalid('must be the name alone, without a method such as ":cancel" behind it.'),
  NAME_IS_SEVERAL: invalid('must be one name; several go into {"names": ["…", "…"]}.'),
  NAME_IS_ID: invalid('must be the whole name, {form}, not its last part alone.'),
  NAME_IS_STREAM: invalid(
    'must be an operation, {form}, not a stream or a backfill. Backfills are no operations: stop one with stopBackfillJob of its stream object.',
  ),
  NAME_IS_RESOURCE: invalid(
    'must be the operation that works on the resource, {form}. List the operations of its location to find it.',
  ),
  NAME_IS_PARENT: invalid('must be one operation, {form}; those of a location are meant by parent with select.'),
  NAME_HAS_WRONG_SEGMENTS: invalid('must have as many parts between slashes as {form}, none of them empty.'),
  NAME_HAS_WRONG_COLLECTION: invalid('must have the words of {form} between its ids, in lower case.'),
  PROJECT_MALFORMED: invalid(
    'must have a project id (6 to 30 of a-z 0-9 and -, first a letter, last no hyphen), a domain-scoped one, or a project number behind "projects/".',
  ),
  PROJECT_IS_WILDCARD: invalid(
    'must have one project behind "projects/": neither "*" nor "-" stands for several here.',
  ),
  LOCATION_MALFORMED: invalid(
    'must have a location such as us-central1 behind "locations/": 1 to 63 of a-z 0-9 and -, first a letter.',
  ),
  LOCATION_IS_WILDCARD: invalid('must have the one location of the operation behind "locations/", no wildcard.'),
  LOCATION_IS_STAR: invalid('must have one location behind "locations/", or "-" for all of them; "*" is for settings.'),
  OPERATION_MALFORMED: invalid(
    'must have an operation id behind "operations/": 1 to 128 of A-Z a-z 0-9 . _ ~ and -, first a letter or digit.',
  ),
  NAMES_NOT_A_LIST: invalid('must be a list of names of operations, such as ["{form}"].'),
  NAMES_EMPTY: invalid('must have at least one name.'),
  TOO_MANY_NAMES: invalid('must have at most {most} names (MAX_OPERATIONS).'),
  NAME_REPEATED: invalid('must stand once: the list has it before.'),
  NAMES_OF_SEVERAL_PROJECTS: invalid('must all be of one project; send a command for each project.'),
  PARENT_MISSING: invalid('must be given beside select: {form}.'),
  PARENT_MALFORMED: invalid('must be {form}.'),
  PARENT_IS_OPERATION: invalid('must be {form}; an operation is meant by name instead.'),
  PARENT_LACKS_LOCATION: invalid('must be {form}: "-" as the location stands for all of them.'),
  SELECT_MISSING: invalid('must be given beside parent, with at least one of verbs, target and minAge.'),
  SELECT_NOT_AN_OBJECT: invalid('must be an object with at least one of verbs, target and minAge.'),
  SELECT_EMPTY: invalid('must have at least one of verbs, target and minAge.'),
  VERBS_NOT_A_LIST: invalid('must be a list of verbs such as ["create"].'),
  VERBS_EMPTY: invalid('must name a verb, or be left out.'),
  TOO_MANY_VERBS: invalid('must name at most 50 verbs.'),
  VERB_MALFORMED: invalid('must be a verb of OperationMetadata such as "create".'),
  TARGET_MALFORMED: invalid('must be {form}; "*" stands for a part between slashes, or for some of one.'),
  MAX_OPERATIONS_OUT_OF_RANGE: invalid('must be a whole number from 1 to {most} (MAX_OPERATIONS).'),
  MAX_OPERATIONS_WITHOUT_PARENT: invalid('must be left out: it goes with parent and select only.'),

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
