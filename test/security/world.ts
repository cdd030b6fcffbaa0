import * as z from 'zod';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { type FunctionUnderTest, startFunction } from '../support/function.ts';
import { AUDIENCE, CLAIMS, CURRENT_SECRET, NEXT_SECRET, PRINCIPAL } from './proofs.ts';

/** Where Pub/Sub messages come from. */
export const SUBSCRIPTION = {
  name: 'projects/acme-data/subscriptions/cancel',
  topic: 'projects/acme-data/topics/cancel',
};

const CERTIFICATES = '/oauth2/v1/certs';
const NONSENSE = '/oauth2/nonsense';

const PROOFS = { CALLER_AUTH: 'verify', K_SERVICE: 'cancel' };
const BOTH_PROOFS = { ...PROOFS, OIDC_AUDIENCE: AUDIENCE, WEBHOOK_SECRETS: `${CURRENT_SECRET}, ${NEXT_SECRET}` };

/** The functions that are attacked, each by the settings that it runs with beside those of all. */
const SITES = {
  /** `CALLER_AUTH=iam` on a service that was made public by mistake: nobody takes signatures off. */
  exposed: { K_SERVICE: 'cancel' },
  /** `CALLER_AUTH=iam` off Cloud Run, where everybody is admitted: for what is judged after the caller. */
  open: {},
  verify: BOTH_PROOFS,
  tokensOnly: { ...PROOFS, OIDC_AUDIENCE: AUDIENCE },
  webhooksOnly: { ...PROOFS, WEBHOOK_SECRETS: CURRENT_SECRET },
  namedWebhooks: { ...PROOFS, WEBHOOK_SECRETS: `grafana=${NEXT_SECRET}, pagerduty=${CURRENT_SECRET}` },
  withoutCertificates: BOTH_PROOFS,
  withNonsenseForCertificates: BOTH_PROOFS,
  namedCallers: { K_SERVICE: 'cancel', ALLOWED_CALLERS: `${PRINCIPAL}, kim.ist@example.com` },
  namedCallersOffCloudRun: { ALLOWED_CALLERS: PRINCIPAL },
  namedCallersVerified: { ...BOTH_PROOFS, ALLOWED_CALLERS: 'Kim.Ist@example.com' },
  parentsById: { ALLOWED_PARENTS: 'projects/acme-data/locations/us-central1, projects/acme-lab/locations/*' },
  parentsByNumber: { ALLOWED_PARENTS: 'projects/481516234200/locations/*' },
  oneLocation: { ALLOWED_PARENTS: 'projects/*/locations/europe-west1' },
  metadataSilent: {},
  metadataForged: {},
  someVerbs: { ALLOWED_VERBS: 'update, delete' },
  reasonRequired: { REQUIRE_REASON: 'true' },
  atMostTwo: { MAX_OPERATIONS: '2' },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type SiteName = keyof typeof SITES;

/** Datastream, the functions in front of it, and what an attacker knows. */
export type World = AsyncDisposable & {
  emulator: Emulator;
  /** Runs, and is what attackers are after. */
  operation: string;
  site: (name: SiteName) => FunctionUnderTest;
  /** Google's public key in PEM and its id. */
  google: { keyId: string; pem: string };
  /** A server of the attacker's. */
  lair: Emulator;
};

/** Starts everything. */
export async function startWorld(): Promise<World> {
  const emulator = await startEmulator();
  const lair = await startLair(emulator.projectId);
  const google = await publishedKey(emulator.url + CERTIFICATES);
  const started = new Map<string, FunctionUnderTest>();
  for (const [name, settings] of Object.entries(SITES)) {
    const env = { ...emulator.environment, ...metadataServerOf(name, lair), DEFAULT_WAIT: '0s', ...settings };
    started.set(name, await startFunction(env, { certificatesUrl: certificatesFor(name, emulator, lair) }));
  }
  return {
    emulator,
    operation: emulator.startOperation(),
    lair,
    google,
    site(name) {
      const site = started.get(name);
      if (site === undefined) throw new Error(`There is no site ${name}.`);
      return site;
    },
    async [Symbol.asyncDispose]() {
      for (const site of started.values()) await site[Symbol.asyncDispose]();
      await emulator.close();
      await lair.close();
    },
  };
}

/** A sound token of the emulator's Google; `claims` replace or, where undefined, take away what is usual. */
export function googleToken(
  { emulator }: Pick<World, 'emulator'>,
  claims: Readonly<Record<string, unknown>> = {},
): string {
  return emulator.identityToken({ ...CLAIMS, ...claims });
}

/** The command that attackers want carried out. */
export function command({ operation }: World, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ name: operation, ...more });
}

/** What it says for a metadata server comes without `Metadata-Flavor: Google`. */
async function startLair(project: string): Promise<Emulator> {
  const lair = await startEmulator();
  lair.fault({ on: 'metadata', fault: { kind: 'status', status: 200, body: project } });
  lair.fault({
    on: 'certs',
    fault: ({ path }) => (path === NONSENSE ? NONSENSE_PAGE : { kind: 'status', status: 404, body: 'Not here.' }),
  });
  return lair;
}

const NONSENSE_PAGE = {
  kind: 'status',
  status: 200,
  body: '<!doctype html><title>Sign in to this network</title>',
} as const;

/** `GCE_METADATA_IP` counts before the emulator's `GCE_METADATA_HOST`. Nothing listens on the discard port. */
function metadataServerOf(site: string, lair: Emulator): Record<string, string> {
  if (site === 'metadataSilent') return { GCE_METADATA_IP: '127.0.0.1:9' };
  return site === 'metadataForged' ? { GCE_METADATA_IP: `127.0.0.1:${lair.port}` } : {};
}

function certificatesFor(site: string, emulator: Emulator, lair: Emulator): string {
  if (site === 'withoutCertificates') return lair.url + CERTIFICATES;
  return site === 'withNonsenseForCertificates' ? lair.url + NONSENSE : emulator.url + CERTIFICATES;
}

async function publishedKey(url: string): Promise<World['google']> {
  const response = await fetch(url);
  const [entry] = Object.entries(z.record(z.string(), z.string()).parse(await response.json()));
  if (entry === undefined) throw new Error('The emulator publishes no key.');
  const [keyId, pem] = entry;
  return { keyId, pem };
}
