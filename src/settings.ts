import * as z from 'zod/mini';
import { duration } from './terms/duration.ts';
import { parentPattern } from './terms/resource-name.ts';

/** Splits a comma-separated setting; white space around the commas does not count. */
const list = <T>(entry: z.ZodMiniType<T, string>) => {
  const split = z.transform((text: string) => text.split(',').map((part) => part.trim()));
  return z.optional(z.pipe(z.pipe(z.string(), split), z.array(entry)));
};

const form = (pattern: RegExp, error: string) => z.string().check(z.regex(pattern, { error }));

const positiveDuration = duration.check(
  z.refine((milliseconds) => milliseconds > 0, { error: 'must be a Duration above zero.' }),
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

const WEBHOOK_SECRET =
  /^(?:[a-z0-9-]{1,63}=)?whsec_(?=.)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** `whsec_…`, or `name=whsec_…`: whose it is, for the record. */
const webhookSecret = z.pipe(
  form(
    WEBHOOK_SECRET,
    'each entry must be "whsec_" with a base64 key behind it, a name and "=" before it if you like.',
  ),
  z.transform((entry) => {
    const at = entry.indexOf('whsec_');
    return { name: at === 0 ? null : entry.slice(0, at - 1), secret: entry.slice(at) };
  }),
);

const MOST_OPERATIONS = 'must be a whole number from 1 to 1000.';

const operationLimit = z.pipe(form(/^(?:[1-9]\d{0,2}|1000)$/, MOST_OPERATIONS), z.transform(Number));

/** Every setting of the contract, read from the environment. One that is set but empty is wrong in its form. */
const environment = z
  .object({
    ALLOWED_PARENTS: list(allowedParent),
    ALLOWED_VERBS: list(form(/^[A-Za-z][\w-]{0,63}$/, 'each entry must be a verb such as "create".')),
    ALLOWED_CALLERS: list(form(/^[^\s@,]+@[^\s@,]+$/, 'each entry must be an email address.')),
    REQUIRE_REASON: z._default(flag, false),
    CALLER_AUTH: z._default(z.enum(['iam', 'verify'], { error: 'must be "iam" or "verify".' }), 'iam'),
    OIDC_AUDIENCE: z.optional(form(/^\S+$/, 'must be the audience that tokens carry, without white space.')),
    WEBHOOK_SECRETS: list(webhookSecret),
    DATASTREAM_ENDPOINT: z._default(endpoint, 'https://datastream.googleapis.com'),
    DEFAULT_WAIT: z._default(duration, 10_000),
    REQUEST_DEADLINE: z._default(positiveDuration, 55_000),
    MAX_EVENT_AGE: z._default(positiveDuration, 3_600_000),
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
  if (read.success) return { ok: true, settings: read.data };
  const problems = read.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`);
  return { ok: false, problems: [...new Set(problems)] };
}
