/*
 * The parts of a Datastream resource name. Nothing that matches here can change the path, query or host of a URL that is
 * built from it: no slash, no percent sign, no question mark, no dot segment.
 */

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const PROJECT_ID = '[a-z][a-z0-9-]{4,28}[a-z0-9]';
/** At most 253 characters before the colon, as DNS has it. */
const DOMAIN_SCOPED = `(?=[^:]{1,253}:)${LABEL}(?:\\.${LABEL})+:${PROJECT_ID}`;
const PROJECT_NUMBER = '[1-9][0-9]{0,18}';
const PROJECT = `(?:${PROJECT_ID}|${DOMAIN_SCOPED}|${PROJECT_NUMBER})`;
const LOCATION = '[a-z][a-z0-9-]{0,62}';
const OPERATION = '[A-Za-z0-9][A-Za-z0-9._~-]{0,127}';

export const OPERATION_NAME = new RegExp(`^projects/(${PROJECT})/locations/(${LOCATION})/operations/(${OPERATION})$`);
/** One location of a project, or `-` for every one (AIP-159). */
export const PARENT_NAME = new RegExp(`^projects/(${PROJECT})/locations/(-|${LOCATION})$`);
const PARENT_PATTERN = new RegExp(`^projects/(\\*|${PROJECT})/locations/(\\*|${LOCATION})$`);
const PROJECT_ALONE = new RegExp(`^${PROJECT}$`);
const LOCATION_ALONE = new RegExp(`^${LOCATION}$`);
const OPERATION_ALONE = new RegExp(`^${OPERATION}$`);

/** A project and a location, or a rule about them in which `*` stands for any. */
export type Parent = { project: string; location: string };

export function isOperationName(text: string): boolean {
  return OPERATION_NAME.test(text);
}

export function isProject(text: string): boolean {
  return PROJECT_ALONE.test(text);
}

export function isLocation(text: string): boolean {
  return LOCATION_ALONE.test(text);
}

export function isOperationId(text: string): boolean {
  return OPERATION_ALONE.test(text);
}

/** The parent that an operation's name or a parent's own name tells, whose location may be `-`. Undefined where it is neither. */
export function parentOf(name: string): Parent | undefined {
  return toParent(OPERATION_NAME.exec(name) ?? PARENT_NAME.exec(name));
}

/** Reads a rule such as `projects/acme-data/locations/*`. Undefined where it is none. */
export function parentPattern(text: string): Parent | undefined {
  return toParent(PARENT_PATTERN.exec(text));
}

/** The last segment of an operation's name. */
export function operationIdOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

function toParent(match: RegExpExecArray | null): Parent | undefined {
  const [, project, location] = match ?? [];
  return project === undefined || location === undefined ? undefined : { project, location };
}
