import * as z from 'zod/mini';
import { durationOf, durationText } from './terms/duration.ts';
import { parentPattern } from './terms/resource-name.ts';
import { closest } from './terms/slip.ts';

/** Splits a comma-separated setting; white space around the commas does not count. */
const list = <T>(entry: z.ZodMiniType<T, string>) => {
  const split = z.transform((text: string) => text.split(',').map((part) => part.trim()));
  return z.optional(z.pipe(z.pipe(z.string(), split), z.array(entry)));
};

const form = (pattern: RegExp, error: string) => z.string().check(z.regex(pattern, { error }));

const duration = z.pipe(durationText('must be a Duration such as "30s" or "0.5s".'), z.transform(durationOf));

const positiveDuration = duration.check(
  z.refine(({ milliseconds }) => milliseconds > 0, { error: 'must be a Duration above zero.' }),
);

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

const endpoint = z.pipe(
  z.string().check(
    z.refine((text) => /^https?:\/\/[^/?#@\\\s]+$/i.test(text) && URL.canParse(text), {
      error: 'must be an origin such as "https://datastream.googleapis.com": scheme and host, nothing behind.',
    }),
    z.refine((text) => !/^http:/i.test(text) || LOOPBACK.test(URL.parse(text)?.hostname ?? ''), {
      error: 'must be https; http is for loopback only.',
    }),
  ),
  z.transform((text) => new URL(text).origin),
);

const flag = z.pipe(
  z.enum(['true', 'false'], { error: 'must be "true" or "false".' }),
  z.transform((text) => text === 'true'),
);

const allowedParent = z.pipe(
  z.string(),
  z.transform((rule, context) => {
    const parent = parentPattern(rule);
    if (parent !== undefined) return { ...parent, rule };
    const message = 'each entry must be "projects/{project}/locations/{location}"; either part may be "*".';
    context.issues.push({ code: 'custom', input: rule, message });
    return z.NEVER;
  }),
);

/** Bytes that a key of Standard Webhooks has. */
const SHORTEST_KEY = 24;
const LONGEST_KEY = 64;

/** `whsec_…`, or `name=whsec_…`: who signs with it, for the record. */
const webhookSecret = z.pipe(
  z.string(),
  z.transform((entry, context) => {
    const [, name = null, encoded = ''] = /^(?:([a-z0-9-]{1,63})=)?whsec_([A-Za-z0-9+/]+={0,2})$/.exec(entry) ?? [];
    const key = Buffer.from(encoded, 'base64');
    const whole = key.toString('base64') === encoded && key.length >= SHORTEST_KEY && key.length <= LONGEST_KEY;
    if (whole) return { name, key };
    const message =
      'each entry must be "whsec_" with a base64 key of 24 to 64 bytes behind it, or "name=whsec_…" with a name of a-z 0-9 and -.';
    // Without the input: what is wrong here is secret.
    context.issues.push({ code: 'custom', input: undefined, message });
    return z.NEVER;
  }),
);

const MOST_OPERATIONS = 'must be a whole number from 1 to 1000.';

const operationLimit = z.pipe(form(/^(?:[1-9]\d{0,2}|1000)$/, MOST_OPERATIONS), z.transform(Number));

/** Every setting of the contract, read from the environment. One that is set but empty is wrong in its form. */
const environment = z
  .object({
    ALLOWED_PARENTS: list(allowedParent),
    ALLOWED_VERBS: list(form(/^[A-Za-z][\w-]{0,63}$/, 'each entry must be a verb such as "create".')),
    ALLOWED_CALLERS: list(
      form(
        /^[\w.!#$%&'+/=?^`|~-]+@[\w.-]+$/,
        'each entry must be an email address alone, such as "ops-bot@my-project.iam.gserviceaccount.com".',
      ),
    ),
    REQUIRE_REASON: z._default(flag, false),
    CALLER_AUTH: z._default(z.enum(['iam', 'verify'], { error: 'must be "iam" or "verify".' }), 'iam'),
    OIDC_AUDIENCE: z.optional(form(/^\S+$/, 'must be the audience that tokens carry, without white space.')),
    WEBHOOK_SECRETS: list(webhookSecret),
    DATASTREAM_ENDPOINT: z._default(endpoint, 'https://datastream.googleapis.com'),
    DEFAULT_WAIT: z._default(duration, durationOf('5s')),
    REQUEST_DEADLINE: z._default(positiveDuration, durationOf('55s')),
    MAX_EVENT_AGE: z._default(positiveDuration, durationOf('3600s')),
    MAX_OPERATIONS: z._default(operationLimit, 20),
  })
  .check(
    z.refine((set) => set.CALLER_AUTH !== 'verify' || (set.OIDC_AUDIENCE ?? set.WEBHOOK_SECRETS) !== undefined, {
      error: 'with "verify", OIDC_AUDIENCE or WEBHOOK_SECRETS must be set, or both.',
      path: ['CALLER_AUTH'],
      // Without this, zod would tell it only once every other problem is mended.
      when: () => true,
    }),
  );

export type Settings = Readonly<z.infer<typeof environment>>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** What reading the settings comes to: them, or every problem with them in a line each. */
export type SettingsResult = { ok: true; settings: Settings } | { ok: false; problems: string[] };

/** Reads the settings. A problem names its variable and says what would be right; no value is repeated, it may be secret. */
export function readSettings(env: Environment): SettingsResult {
  const read = environment.safeParse(env);
  const wrong = read.success ? [] : read.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`);
  const problems = [...slips(env), ...new Set(wrong)];
  return read.success && problems.length === 0 ? { ok: true, settings: read.data } : { ok: false, problems };
}

/** Variables whose names are slips of a setting's: what they were to restrict would go unrestricted without a word. */
function slips(env: Environment): string[] {
  const names = Object.keys(environment.def.shape);
  return Object.keys(env).flatMap((name) => {
    const meant = names.includes(name) ? undefined : closest(name, names);
    return meant === undefined ? [] : [`${name}: there is no such setting; ${meant} is meant.`];
  });
}

/*
 * How `REQUEST_DEADLINE` is divided, in milliseconds: everything that waits for others ends early enough for the RESULT to
 * be written and the answer to be sent.
 */

/** The part that is kept for recording and answering, and the most of it. */
const PART_TO_ANSWER = 0.1;
const MOST_TO_ANSWER = 500;

/** The time for everything before the RESULT. */
export function timeToWork(settings: Settings): number {
  return settings.REQUEST_DEADLINE.milliseconds - timeToAnswer(settings);
}

/** The time in which the RESULT must leave the process. */
export function timeToWrite(settings: Settings): number {
  return timeToAnswer(settings) * 0.8;
}

function timeToAnswer({ REQUEST_DEADLINE: { milliseconds: all } }: Settings): number {
  return Math.min(MOST_TO_ANSWER, all * PART_TO_ANSWER);
}
