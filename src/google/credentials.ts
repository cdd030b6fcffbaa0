import type { AuthClient } from 'google-auth-library';
import { type Deadline, within } from '../terms/clock.ts';
import { type ApiError, isApiError, ownError } from './api-error.ts';
import { loadAuthLibrary } from './auth-library.ts';
import { whyNoToken } from './no-token.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** Milliseconds before its expiry from which a token is not used any more: the metadata server then has a new one. */
const NEAR_EXPIRY = 5 * 60 * 1000;

/** A token, and the headers that authorize a request with it. */
export type Authorization = { token: string; headers: Record<string, string> };

/** The token of one request. */
export type TokenHolder = {
  /** The token to use now, or why none can be had before the deadline. */
  token: (deadline: Deadline) => Promise<Authorization | ApiError>;
  /** Lets go of a token that was refused. */
  discard: (refused: Authorization) => void;
};

/** The runtime's own credentials. One token serves all holders until it nears its expiry. */
export type Credentials = { holder: () => TokenHolder };

/**
 * Application Default Credentials by google-auth-library: on Google Cloud the runtime service account's. A token of which
 * no expiry is known, or a near one, serves the one holder that asked for it.
 */
export function applicationDefaultCredentials(env: NodeJS.ProcessEnv = process.env): Credentials {
  let client: Promise<AuthClient> | undefined;
  let shared: { authorization: Authorization; until: number } | undefined;
  let pending: Promise<Authorization | ApiError> | undefined;

  const forget = () => {
    shared = undefined;
    // The library would go on to serve the token that it holds.
    client = undefined;
  };

  const fetchToken = async (): Promise<Authorization | ApiError> => {
    try {
      client ??= findClient();
      const loaded = await client;
      const { token } = await loaded.getAccessToken();
      if (typeof token !== 'string' || token === '') throw new TypeError('That is no token.');
      const quota = loaded.quotaProjectId;
      const headers = { authorization: `Bearer ${token}`, ...(quota && { 'x-goog-user-project': quota }) };
      const authorization = { token, headers };
      const until = (loaded.credentials.expiry_date ?? 0) - NEAR_EXPIRY;
      if (until > Date.now()) shared = { authorization, until };
      else forget();
      return authorization;
    } catch (error) {
      forget();
      return whyNoToken(error, env);
    } finally {
      pending = undefined;
    }
  };

  const current = () => (shared !== undefined && Date.now() < shared.until ? shared.authorization : undefined);

  return {
    holder: () => {
      let own: Authorization | undefined;
      return {
        token: async (deadline) => {
          const held = current() ?? own;
          if (held !== undefined) return held;
          pending ??= fetchToken();
          const fetched = (await within(deadline, pending)) ?? TOO_LATE;
          if (!isApiError(fetched)) own = fetched;
          return fetched;
        },
        discard: (refused) => {
          if (own === refused) own = undefined;
          if (shared?.authorization === refused) forget();
        },
      };
    },
  };
}

const TOO_LATE = ownError('ACCESS_TOKEN_TOO_LATE');

async function findClient(): Promise<AuthClient> {
  const { GoogleAuth } = await loadAuthLibrary();
  // The library wants to know a project, and would run gcloud to learn one. It is not used for tokens.
  return new GoogleAuth({ scopes: [SCOPE], projectId: 'unused' }).getClient();
}
