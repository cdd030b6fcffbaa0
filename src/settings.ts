import * as z from 'zod';
import { duration } from './duration.ts';
import { parentPattern } from './resource-name.ts';

/** Splits a comma-separated setting; white space around the commas does not count. */
const list = <T extends z.ZodType<unknown, string>>(entry: T) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(entry));

const form = (pattern: RegExp, error: string) => z.string().regex(pattern, { error });

const positive = (text: z.ZodType<number, string>) =>
  text.refine((milliseconds) => milliseconds > 0, { error: 'must be a Duration above zero.' });

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

const endpoint = z.string().transform((text, context) => {
  const url = /^https?:\/\/[^/?#@\\\s]+$/i.test(text) ? URL.parse(text) : null;
  if (url === null) {
    context.addIssue('must be an origin such as "https://datastream.googleapis.com": scheme and host, nothing behind.');
    return z.NEVER;
  }
  if (url.protocol !== 'https:' && !LOOPBACK.test(url.hostname)) {
    context.addIssue('must be https; http is for loopback only.');
    return z.NEVER;
  }
  return url.origin;
});

const flag = z.enum(['true', 'false'], { error: 'must be "true" or "false".' }).transform((text) => text === 'true');

const allowedParent = z.string().transform((rule, context) => {
  const parent = parentPattern(rule);
  if (parent !== undefined) return { ...parent, rule };
  context.addIssue('each entry must be "projects/{project}/locations/{location}"; either part may be "*".');
  return z.NEVER;
});

const webhookSecret = form(
  /^whsec_(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  'each entry must be "whsec_" with a base64 key behind it.',
).refine((secret) => secret.length > 'whsec_'.length, { error: 'each entry must have a key behind "whsec_".' });

/** Every setting of the contract, read from the environment. One that is set but empty is wrong in its form. */
const environment = z
  .object({
    ALLOWED_PARENTS: list(allowedParent).optional(),
    ALLOWED_VERBS: list(form(/^[A-Za-z][\w-]{0,63}$/, 'each entry must be a verb such as "create".')).optional(),
    ALLOWED_CALLERS: list(form(/^[^\s@,]+@[^\s@,]+$/, 'each entry must be an email address.')).optional(),
    REQUIRE_REASON: flag.default(false),
    CALLER_AUTH: z.enum(['iam', 'verify'], { error: 'must be "iam" or "verify".' }).default('iam'),
    OIDC_AUDIENCE: form(/^\S+$/, 'must be the audience that tokens carry, without white space.').optional(),
    WEBHOOK_SECRETS: list(webhookSecret).optional(),
    DATASTREAM_ENDPOINT: endpoint.default('https://datastream.googleapis.com'),
    DEFAULT_WAIT: duration.default(10_000),
    REQUEST_DEADLINE: positive(duration).default(55_000),
    MAX_EVENT_AGE: positive(duration).default(3_600_000),
    MAX_OPERATIONS: form(/^\d{1,4}$/, 'must be a whole number from 1 to 1000.')
      .transform(Number)
      .refine((number) => number >= 1 && number <= 1000, { error: 'must be a whole number from 1 to 1000.' })
      .default(20),
  })
  .refine(
    (set) => set.CALLER_AUTH !== 'verify' || set.OIDC_AUDIENCE !== undefined || set.WEBHOOK_SECRETS !== undefined,
    {
      error: 'with "verify", OIDC_AUDIENCE or WEBHOOK_SECRETS must be set, or both.',
      path: ['CALLER_AUTH'],
      // Without this, zod would tell it only once every other problem is mended.
      when: () => true,
    },
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
