import type { FaultChooser } from './faults.ts';
import type { OperationStart, Quota } from './schema.ts';

/** How an emulator is to be. Everything has a default. */
export type EmulatorOptions = {
  /** 0 (default) takes any free port. */
  readonly port?: number;
  /** A second port (0: any free one) at which the metadata server is to be found; by default the first one does. */
  readonly metadataPort?: number;
  /** How long an idle connection is kept: 610 s unless given, as Google's load balancers do. */
  readonly keepAliveMs?: number;
  readonly projectId?: string;
  readonly projectNumber?: string;
  readonly location?: string;
  /**
   * All locations that the project has, for a list of them; the others are unknown then. Without it operations may be anywhere,
   * and the list has `location`, europe-west3 and wherever there is an operation.
   */
  readonly locations?: readonly string[];
  readonly serviceAccount?: string;
  readonly tokenLifetimeSeconds?: number;
  /** Accept only tokens of this metadata server; by default any bearer token will do that is not an expired one of it. */
  readonly strictTokens?: boolean;
  /** What ListOperations gives where no `pageSize` was asked for. */
  readonly defaultPageSize?: number;
  /** Every request but those of the control surface waits this long before it is served. */
  readonly latencyMs?: number;
  readonly quota?: Quota;
  /** Asked for each request that no rule of `fault()` strikes. */
  readonly onRequest?: FaultChooser;
  /** Operations that are there from the start, and again after a reset. */
  readonly operations?: readonly OperationStart[];
  /** How operations behave that are started over HTTP; by default they run until a cancel ends them at once. */
  readonly started?: Pick<OperationStart, 'onCancel' | 'endsByItself'>;
  /** How many requests the log holds at least; 0 turns it off. */
  readonly logLimit?: number;
  /** ms since 1970; what operations, tokens and quotas go by. Delays on the wire are always real. */
  readonly now?: () => number;
};

type WithoutDefault = 'quota' | 'onRequest' | 'locations' | 'metadataPort' | 'keepAliveMs';

export type Settings = Required<Omit<EmulatorOptions, WithoutDefault>> & {
  readonly [K in WithoutDefault]: EmulatorOptions[K] | undefined;
};

/** `options` with the defaults filled in. */
export function settingsOf(options: EmulatorOptions): Settings {
  const projectId = options.projectId ?? 'acme-data';
  return {
    port: 0,
    metadataPort: undefined,
    keepAliveMs: undefined,
    locations: undefined,
    quota: undefined,
    onRequest: undefined,
    projectNumber: '481516234200',
    location: 'us-central1',
    serviceAccount: `datastream-cancel@${projectId}.iam.gserviceaccount.com`,
    // What the real metadata server says of a fresh token.
    tokenLifetimeSeconds: 3599,
    strictTokens: false,
    defaultPageSize: 50,
    latencyMs: 0,
    operations: [],
    started: {},
    logLimit: 10_000,
    now: Date.now,
    ...options,
    projectId,
  };
}
