import { type CodeName, type Status, statusOf } from '../terms/status.ts';
import type { ApiError } from './api-error.ts';

/** What to do about an ErrorInfo's reason. Source of the reasons: google.api.ErrorReason. */
const BY_REASON: Readonly<Record<string, string>> = {
  IAM_PERMISSION_DENIED:
    'Grant the runtime service account datastream.operations.get, .list and .cancel on the project of the operation.',
  SERVICE_DISABLED: 'Enable datastream.googleapis.com in the project of the operation.',
  BILLING_DISABLED: 'Enable billing for the project of the operation.',
  RATE_LIMIT_EXCEEDED: "Send the request again later: Datastream's quota for this minute is used up.",
  CONSUMER_INVALID: 'Check the project in the name of the operation.',
  ACCESS_TOKEN_SCOPE_INSUFFICIENT: 'Give the runtime the scope cloud-platform.',
};

/** The status that tells a caller of an error of the API: what Datastream said, and what to do about it. */
export function statusOfApiError({ code, message, reason }: ApiError): Status {
  const advice = BY_REASON[reason ?? ''] ?? adviceOnCode(code);
  const said = /[.!?\u2026]$/.test(message) ? message : `${message}.`;
  return statusOf(code, `${said} ${advice}`, { reason });
}

function adviceOnCode(code: CodeName): string {
  switch (code) {
    case 'PERMISSION_DENIED':
      return 'Check the roles of the runtime service account in the project of the operation.';
    case 'UNAUTHENTICATED':
      return 'Check the credentials of the runtime service account.';
    case 'NOT_FOUND':
      return 'Check the name; operations are forgotten some time after they ended.';
    case 'UNIMPLEMENTED':
      return 'This operation cannot be cancelled; wait for its end.';
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
