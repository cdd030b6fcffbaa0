import { DOMAIN } from '../terms/reason.ts';
import { type CodeName, type Status, statusOf } from '../terms/status.ts';
import type { ApiError } from './api-error.ts';

/** The methods of Datastream that are called. */
export type Method = 'get' | 'cancel' | 'list' | 'locations';

/** What to do about an ErrorInfo's reason. Source of the reasons: google.api.ErrorReason. */
const BY_REASON: ReadonlyMap<string, string> = new Map([
  [
    'IAM_PERMISSION_DENIED',
    'Grant the runtime service account datastream.operations.get, .list and .cancel and datastream.locations.list on the project of the operation.',
  ],
  ['SERVICE_DISABLED', 'Enable datastream.googleapis.com in the project of the operation.'],
  ['BILLING_DISABLED', 'Enable billing for the project of the operation.'],
  ['RATE_LIMIT_EXCEEDED', "Send the request again later: Datastream's quota for this minute is used up."],
  ['CONSUMER_INVALID', 'Check the project in the name of the operation.'],
  ['ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'Give the runtime the scope cloud-platform.'],
  [
    'SECURITY_POLICY_VIOLATED',
    'Let the runtime service account reach Datastream through the VPC Service Controls perimeter of the project.',
  ],
  ['ORG_RESTRICTION_VIOLATION', 'Have the organization allow this access; one of its restrictions forbids it.'],
  ['LOCATION_ORG_POLICY_VIOLATED', 'Have the organization allow this location; its policy on locations forbids it.'],
  [
    'USER_PROJECT_DENIED',
    'Grant the runtime service account serviceusage.services.use on the quota project of its credentials, or take that project out of them.',
  ],
]);

/** The status that tells a caller of an error of a call: what Datastream said, and what to do about it. */
export function statusOfApiError({ code, message, reason, domain }: ApiError, method: Method): Status {
  // The sentence of an own reason says what to do.
  if (domain === DOMAIN) return statusOf(code, message, { reason, domain });
  const advice = BY_REASON.get(reason ?? '') ?? adviceOnCode(code, method);
  const said = /[.!?\u2026]$/.test(message) ? message : `${message}.`;
  return statusOf(code, `${said} ${advice}`, { reason, domain });
}

function adviceOnCode(code: CodeName, method: Method): string {
  switch (code) {
    case 'PERMISSION_DENIED':
      return 'Check the roles of the runtime service account in the project of the operation.';
    case 'UNAUTHENTICATED':
      return 'Check the credentials of the runtime service account.';
    case 'NOT_FOUND':
      return method === 'get' || method === 'cancel'
        ? 'Check the name; operations are forgotten some time after they ended.'
        : 'Check the project and the location of the parent.';
    case 'UNIMPLEMENTED':
      return method === 'cancel'
        ? 'This operation cannot be cancelled; wait for its end.'
        : 'Datastream does not offer this here; check the location, and name the operations one by one.';
    case 'FAILED_PRECONDITION':
      return 'The operation is not in a state in which Datastream cancels it; look at it and decide anew.';
    case 'RESOURCE_EXHAUSTED':
    case 'UNAVAILABLE':
    case 'DEADLINE_EXCEEDED':
    case 'ABORTED':
    case 'INTERNAL':
    case 'UNKNOWN':
      return 'Send the request again; what is done already is left alone.';
    case 'OK':
    case 'CANCELLED':
    case 'INVALID_ARGUMENT':
    case 'ALREADY_EXISTS':
    case 'OUT_OF_RANGE':
    case 'DATA_LOSS':
      return 'Look at the operation in Datastream before you send the request again.';
    default:
      return code satisfies never;
  }
}
