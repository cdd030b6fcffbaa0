import type { AuthClient } from 'google-auth-library';
import { type Deadline, within } from '../terms/clock.ts';
import { loadAuthLibrary, TRANSPORTER } from './auth-library.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** Milliseconds before its expiry from which a token is not used any more: the metadata server then has a new one. */
const NEAR_EXPIRY = 5 * 60 * 1000;

/** A token, and the headers that authorize a request with it. */
export type Authorization = { token: string; headers: Record<string, string> };

/** The runtime's own credentials. */
export type Credentials = {
  /** The token that has served before, undefined where there is none or it nears its expiry. */
  current: () => Authorization | undefined;
  /** A new token, undefined where none can be had before the deadline. Requests at the same time share one. */
  renew: (deadline: Deadline) => Promise<Authorization | undefined>;
  /** Lets go of a token that was refused. */
  discard: (refused: Authorization) => void;
};

/**
 * Application Default Credentials by google-auth-library: on Google Cloud the runtime service account's. Why no token could
 * be had is not told: the library's messages may contain credentials.
 */
export function applicationDefaultCredentials(): Credentials {
  let client: Promise<AuthClient> | undefined;
  let held: { authorization: Authorization; until: number } | undefined;
  let pending: Promise<Authorization | undefined> | undefined;

  const fetchToken = async (): Promise<Authorization | undefined> => {
    try {
      client ??= findClient();
      const loaded = await client;
      const { token } = await loaded.getAccessToken();
      if (typeof token !== 'string' || token === '') throw new TypeError('That is no token.');
      const quota = loaded.quotaProjectId;
      const headers = { authorization: `Bearer ${token}`, ...(quota && { 'x-goog-user-project': quota }) };
      const authorization = { token, headers };
      held = { authorization, until: (loaded.credentials.expiry_date ?? 0) - NEAR_EXPIRY };
      return authorization;
    } catch {
      client = undefined;
      return undefined;
    } finally {
      pending = undefined;
    }
  };

  return {
    current: () => (held !== undefined && Date.now() < held.until ? held.authorization : undefined),
    renew: (deadline) => {
      pending ??= fetchToken();
      return within(deadline, pending);
    },
    discard: (refused) => {
      if (held?.authorization !== refused) return;
      held = undefined;
      // The library would go on to serve the token that it holds.
      client = undefined;
    },
  };
}

async function findClient(): Promise<AuthClient> {
  const { GoogleAuth } = await loadAuthLibrary();
  // The library wants to know a project, and would run gcloud to learn one. It is not used for tokens.
  return new GoogleAuth({ scopes: [SCOPE], projectId: 'unused', clientOptions: TRANSPORTER }).getClient();
}
