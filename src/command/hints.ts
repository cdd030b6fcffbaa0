import { isOperationName, isParentName, parentPattern } from '../terms/resource-name.ts';

const OPERATION = 'projects/{project}/locations/{location}/operations/{operation}';
const PARENT = 'projects/{project}/locations/{location}';

/** The mistakes that people make with names, each with what would be right. None repeats what was sent. */
const MISTAKES: readonly { looks: RegExp; description: string }[] = [
  { looks: /^\s|\s$/, description: 'must have no white space around it.' },
  { looks: /^(?:[a-z]+:)?\/\//i, description: `must be the bare name, ${OPERATION}, without scheme and host.` },
  { looks: /^\/|^v1\//i, description: 'must start with "projects/", without a slash or a version before it.' },
  { looks: /:cancel$/i, description: 'must be the name alone, without ":cancel" behind it.' },
  {
    looks: /\/streams\/|backfill/i,
    description: `must be an operation, ${OPERATION}, not a stream or a backfill. Backfills are no operations: stop one with stopBackfillJob of its stream object.`,
  },
  {
    looks: /\/(?:connectionProfiles|privateConnections|routes)\//i,
    description: `must be the operation that works on the resource, ${OPERATION}. List the operations of its location to find it.`,
  },
];

/** What is wrong with the name of an operation, undefined if it is valid. */
export function nameProblem(text: string): string | undefined {
  if (isOperationName(text)) return undefined;
  return knownMistake(text) ?? `must be ${OPERATION}.`;
}

/** What is wrong with the name of a parent, undefined if it is valid. */
export function parentProblem(text: string): string | undefined {
  if (isParentName(text)) return undefined;
  if (parentPattern(text) !== undefined) return `must be one project and one location, ${PARENT}, without "*".`;
  return `must be ${PARENT}.`;
}

/** What is wrong with the target of a selection, undefined if it is valid. `*` stands for a segment or a part of one. */
export function targetProblem(text: string): string | undefined {
  const wellFormed = text.length <= 1024 && /^projects(?:\/[A-Za-z0-9._~:*-]+)+$/.test(text);
  if (wellFormed) return undefined;
  return 'must be a resource name such as "projects/{project}/locations/{location}/streams/*"; "*" stands for a segment or a part of one.';
}

function knownMistake(text: string): string | undefined {
  return MISTAKES.find(({ looks }) => looks.test(text))?.description;
}
