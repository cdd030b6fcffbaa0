import { createAccessTokens, createAdmission } from './admission.ts';
import { controlSurface } from './control.ts';
import { datastreamSurface } from './datastream.ts';
import { createFaults, type FaultHandle, type FaultRule, type StruckRule } from './faults.ts';
import { listen } from './listen.ts';
import { certsSurface, createIdentitySigner, metadataSurface } from './metadata.ts';
import { createOperationStore, type OperationState, stateOf } from './operations.ts';
import { type EmulatorOptions, settingsOf } from './options.ts';
import { createListener, createRequestLog, type ReceivedRequest, type RequestCounts } from './requests.ts';
import type { Dropped, OperationStart, Quota } from './schema.ts';

/** A Datastream and a metadata server on one loopback port. Names are full resource names, times ms since 1970. */
export type Emulator = AsyncDisposable & {
  /** `http://127.0.0.1:{port}`. */
  readonly url: string;
  readonly port: number;
  readonly projectId: string;
  /** `projects/{project}/locations/{location}` of the options. */
  readonly parent: string;
  /** The variables that lead a function to this emulator: its API and, for google-auth-library, its metadata server. */
  readonly environment: Readonly<
    Record<'DATASTREAM_ENDPOINT' | 'GCE_METADATA_HOST' | 'METADATA_SERVER_DETECTION', string>
  >;

  /** Starts an operation and returns its name; throws where an operation of that name exists. */
  startOperation(start?: OperationStart): string;
  /** Starts `count` operations, each as `start` says of its index from 0, and returns their names. */
  startOperations(count: number, start: (index: number) => OperationStart): string[];
  /** The whole truth about an operation, or undefined where there is none of this name. */
  operation(name: string): OperationState | undefined;
  /** The truth about every operation, worked out one by one as they are asked for. */
  operations(): Iterable<OperationState>;

  /** The last requests received, oldest first; the array goes on growing. */
  readonly requests: readonly ReceivedRequest[];
  /** What was received since the start or the last reset. */
  readonly counts: RequestCounts;

  /** Lets requests meet a fault from now on. */
  fault(rule: FaultRule): FaultHandle;
  /** The rules in force, oldest first. */
  readonly faults: readonly StruckRule[];
  clearFaults(): void;
  setLatency(ms: number): void;
  /** Undefined lifts the quota. */
  setQuota(quota: Quota | undefined): void;
  /**
   * Lets all connections die on which nothing is under way, as networks do it, without a FIN: `silently`, so that what is sent
   * on them is never answered, or with a `reset` at the first byte that comes. Gives their number. New ones are served.
   */
  dropIdleConnections(how: Dropped): number;
  /** Whether the metadata server takes connections; it must have a port of its own (`metadataPort`). */
  setMetadataListening(listening: boolean): Promise<void>;
  /** Makes every access token issued so far an expired one. */
  expireTokens(): void;
  /** An OIDC token as Google signs them, good for an hour; `claims` such as `aud` and `email` add to or replace the usual ones. */
  identityToken(claims: Readonly<Record<string, unknown>>): string;

  /** Back to how it started, but for access tokens, which stay good, and connections. */
  reset(): void;
  /** Breaks all connections and frees the port. */
  close(): Promise<void>;
};

/** Starts an emulator; rejects where its port is taken. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const settings = settingsOf(options);
  const { now, projectId, projectNumber, metadataPort } = settings;
  const store = createOperationStore(settings, now);
  const tokens = createAccessTokens(settings.tokenLifetimeSeconds, settings.strictTokens, now);
  const signer = createIdentitySigner(now);
  const admission = createAdmission(tokens, projectNumber, now);
  const faults = createFaults(settings.onRequest);
  const log = createRequestLog(settings.logLimit);
  const timers = new Set<NodeJS.Timeout>();
  let latencyMs = settings.latencyMs;

  const datastream = datastreamSurface({ ...settings, store, admission });
  const metadata = metadataSurface({ ...settings, tokens, signer });
  const certs = certsSurface(signer);
  const listener = createListener({
    surfaceOf(path) {
      if (path.startsWith('/v1/')) return { surface: datastream, exempt: false };
      if (path === '/' || path.startsWith('/computeMetadata/')) return { surface: metadata, exempt: false };
      if (path.startsWith('/emulator')) return { surface: control, exempt: true };
      return { surface: path.startsWith('/oauth2/') ? certs : datastream, exempt: false };
    },
    faults,
    received: log.add,
    latencyMs: () => latencyMs,
    now,
    later(ms, then) {
      if (ms <= 0) return then();
      const timer = setTimeout(() => {
        timers.delete(timer);
        then();
      }, ms);
      timers.add(timer);
    },
  });

  function reset(): void {
    store.clear();
    for (const start of settings.operations) store.start(start);
    faults.clear();
    log.clear();
    admission.setQuota(settings.quota);
    latencyMs = settings.latencyMs;
  }

  reset();
  const door = await listen(listener, settings.port, settings.keepAliveMs);
  let metadataDoor = metadataPort === undefined ? door : await listen(listener, metadataPort, settings.keepAliveMs);
  const metadataHost = `127.0.0.1:${metadataDoor.port}`;
  const url = `http://127.0.0.1:${door.port}`;

  async function setMetadataListening(listening: boolean): Promise<void> {
    if (metadataDoor === door)
      throw new Error('The metadata server has no port of its own: set the option metadataPort.');
    await metadataDoor.close();
    if (listening) metadataDoor = await listen(listener, metadataDoor.port, settings.keepAliveMs);
  }

  async function close(): Promise<void> {
    for (const timer of timers) clearTimeout(timer);
    await Promise.all([door.close(), metadataDoor.close()]);
  }

  const emulator: Emulator = {
    url,
    port: door.port,
    projectId,
    parent: `projects/${projectId}/locations/${settings.location}`,
    environment: {
      DATASTREAM_ENDPOINT: url,
      GCE_METADATA_HOST: metadataHost,
      METADATA_SERVER_DETECTION: 'assume-present',
    },
    startOperation: (start = {}) => store.start(start).name,
    startOperations: (count, start) => Array.from({ length: count }, (_, index) => store.start(start(index)).name),
    operation(name) {
      const operation = store.find(name);
      return operation && stateOf(operation, now());
    },
    *operations() {
      for (const operation of store.all()) yield stateOf(operation, now());
    },
    requests: log.requests,
    get counts() {
      return log.counts();
    },
    fault: faults.add,
    get faults() {
      return faults.list();
    },
    clearFaults: faults.clear,
    setLatency(ms) {
      latencyMs = ms;
    },
    setQuota: admission.setQuota,
    dropIdleConnections: (how) => door.dropIdle(how) + (metadataDoor === door ? 0 : metadataDoor.dropIdle(how)),
    setMetadataListening,
    expireTokens: tokens.expireAll,
    identityToken: signer.sign,
    reset,
    close,
    [Symbol.asyncDispose]: close,
  };
  const control = controlSurface(emulator);
  return emulator;
}
