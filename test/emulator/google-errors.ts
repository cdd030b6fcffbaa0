import type { RpcError } from './errors.ts';

const service = 'datastream.googleapis.com';

/** What Datastream answers when it does not know a resource, or has forgotten it. */
export function notFound(name: string): RpcError {
  return {
    code: 'NOT_FOUND',
    message: `Resource '${name}' was not found`,
    details: [{ '@type': 'type.googleapis.com/google.rpc.ResourceInfo', resourceName: name }],
  };
}

/** What IAM answers for a missing permission such as `datastream.operations.cancel` on the resource `name`. */
export function iamPermissionDenied(permission: string, name: string): RpcError {
  const resource = `//${service}/${name}`;
  return {
    code: 'PERMISSION_DENIED',
    message: `Permission '${permission}' denied on resource '${resource}' (or it may not exist).`,
    reason: 'IAM_PERMISSION_DENIED',
    domain: 'iam.googleapis.com',
    metadata: { permission, resource },
  };
}

/** What Google answers for a location that is none, or that a policy keeps the project out of. `parent` is its full name. */
export function locationDenied(parent: string): RpcError {
  const [, project = '', , location = ''] = parent.split('/');
  return {
    code: 'PERMISSION_DENIED',
    message: `Permission denied on 'locations/${location}' (or it may not exist).`,
    reason: 'LOCATION_POLICY_VIOLATED',
    metadata: { consumer: `projects/${project}`, location, service },
  };
}

/** What Google answers where the Datastream API was never enabled. `project` is a project number. */
export function serviceDisabled(project: string): RpcError {
  return {
    code: 'PERMISSION_DENIED',
    message: `Datastream API has not been used in project ${project} before or it is disabled. Enable it, then retry.`,
    reason: 'SERVICE_DISABLED',
    metadata: { service, consumer: `projects/${project}`, serviceTitle: 'Datastream API' },
  };
}

/** What Google answers above a quota. `limit` is calls a minute, `project` a project number. */
export function rateLimitExceeded(limit: number, project: string): RpcError {
  return {
    code: 'RESOURCE_EXHAUSTED',
    message:
      "Quota exceeded for quota metric 'API requests' and limit 'API requests per minute per user' " +
      `of service '${service}' for consumer 'project_number:${project}'.`,
    reason: 'RATE_LIMIT_EXCEEDED',
    metadata: {
      service,
      consumer: `projects/${project}`,
      quota_limit: 'ApiRequestsPerMinutePerUser',
      quota_limit_value: String(limit),
      quota_location: 'global',
      quota_metric: `${service}/api_requests`,
    },
  };
}

/** Why a request was not let in: it had no credential, one that was never issued, or one that has run out. */
export type CredentialProblem = 'CREDENTIALS_MISSING' | 'ACCESS_TOKEN_TYPE_UNSUPPORTED' | 'ACCESS_TOKEN_EXPIRED';

/** What Google's front end answers to a request without a usable access token. `method` is the RPC that was asked for. */
export function unauthenticated(problem: CredentialProblem, method: string): RpcError {
  const opening =
    problem === 'CREDENTIALS_MISSING'
      ? 'Request is missing required authentication credential.'
      : 'Request had invalid authentication credentials.';
  return {
    code: 'UNAUTHENTICATED',
    message:
      `${opening} Expected OAuth 2 access token, login cookie or other valid authentication credential. ` +
      'See https://developers.google.com/identity/sign-in/web/devconsole-project.',
    reason: problem,
    metadata: { service, method },
  };
}

/** A malformed request: `violations` maps each field to what is wrong with it. */
export function invalidArgument(message: string, violations: Readonly<Record<string, string>> = {}): RpcError {
  const fieldViolations = Object.entries(violations).map(([field, description]) => ({ field, description }));
  return {
    code: 'INVALID_ARGUMENT',
    message,
    ...(fieldViolations.length > 0
      ? { details: [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations }] }
      : {}),
  };
}
