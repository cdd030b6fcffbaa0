import { createAdmission } from './admission.ts';
import { controlSurface } from './control.ts';
import { createCounters, type RequestCounts } from './counters.ts';
import { createFaults, type FaultHandle, type FaultRule, type StruckRule } from './faults.ts';
import { createIdentitySigner } from './identity.ts';
import { listen } from './listen.ts';
import { createListener } from './listener.ts';
import { createOperationStore, type OperationState, stateOf } from './operations.ts';
import { type EmulatorOptions, settingsOf } from './options.ts';
import { createRequestLog, type ReceivedRequest } from './requests.ts';
import type { OperationStart, Quota } from './schema.ts';
import { certsSurface, datastreamSurface, metadataSurface } from './surfaces.ts';
import { createTimers } from './timers.ts';
import { createAccessTokens } from './tokens.ts';

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
  /** Makes every access token issued so far an expired one. */
  expireTokens(): void;
  /** An OIDC token as Google signs them, good for an hour; `claims` such as `aud` and `email` add to or replace the usual ones. */
  identityToken(claims: Readonly<Record<string, unknown>>): string;

  /** Back to how it started, access tokens excepted: those that were issued stay good. */
  reset(): void;
  /** Breaks all connections and frees the port. */
  close(): Promise<void>;
};

/** Starts an emulator; rejects where its port is taken. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const settings = settingsOf(options);
  const { now, projectId, projectNumber } = settings;
  const store = createOperationStore({ project: projectId, location: settings.location }, now);
  const tokens = createAccessTokens(settings.tokenLifetimeSeconds, settings.strictTokens, now);
  const signer = createIdentitySigner(now);
  const admission = createAdmission(tokens, projectNumber, now);
  const counters = createCounters();
  const faults = createFaults(settings.onRequest);
  const log = createRequestLog(settings.logLimit);
  const timers = createTimers();
  let latencyMs = settings.latencyMs;

  const datastream = datastreamSurface({ ...settings, store }, admission, { id: projectId, number: projectNumber });
  const metadata = metadataSurface({ ...settings, tokens, signer });
  const certs = certsSurface(signer);
  const listener = createListener({
    surfaceOf(path) {
      if (path.startsWith('/v1/')) return { surface: datastream, exempt: false };
      if (path === '/' || path.startsWith('/computeMetadata/')) return { surface: metadata, exempt: false };
      if (path.startsWith('/emulator')) return { surface: control, exempt: true };
      return { surface: path.startsWith('/oauth2/') ? certs : datastream, exempt: false };
    },
    received(request, socket) {
      counters.count(request.kind, socket);
      log.add(request);
    },
    faults,
    latencyMs: () => latencyMs,
    now,
    later: timers.later,
  });

  function reset(): void {
    store.clear();
    for (const start of settings.operations) store.start(start);
    faults.clear();
    log.clear();
    counters.clear();
    admission.setQuota(settings.quota);
    latencyMs = settings.latencyMs;
  }

  reset();
  const { port, close: stop } = await listen(listener, settings.port);
  const authority = `127.0.0.1:${port}`;

  function close(): Promise<void> {
    timers.clear();
    return stop();
  }

  const emulator: Emulator = {
    url: `http://${authority}`,
    port,
    projectId,
    parent: `projects/${projectId}/locations/${settings.location}`,
    environment: {
      DATASTREAM_ENDPOINT: `http://${authority}`,
      GCE_METADATA_HOST: authority,
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
      return counters.read();
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
    expireTokens: tokens.expireAll,
    identityToken: signer.sign,
    reset,
    close,
    [Symbol.asyncDispose]: close,
  };
  const control = controlSurface(emulator);
  return emulator;
}
