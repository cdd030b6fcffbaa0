import type { AuthClient } from 'google-auth-library';
import { type Deadline, within } from '../clock.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** The headers that authorize a request, with the token in them. A token is fresh when it has not served before. */
export type Authorization = { token: string; fresh: boolean; headers: Record<string, string> };

/** The runtime's own credentials. */
export type Credentials = {
  /** The current token, undefined where none can be had before the deadline. One serves until it nears its expiry. */
  authorize: (deadline: Deadline) => Promise<Authorization | undefined>;
  /** Lets go of a token that was refused, so that the next request gets a new one. */
  discard: (token: string) => void;
};

/**
 * Application Default Credentials by google-auth-library: on Google Cloud the runtime service account's. The library is
 * loaded with the first token, since a request that is refused never needs one. Why no token could be had is not told:
 * the library's messages may contain credentials.
 */
export function applicationDefaultCredentials(): Credentials {
  let client: Promise<AuthClient> | undefined;
  let current: string | undefined;

  const load = async () => {
    const { GoogleAuth } = await import('google-auth-library');
    // The library wants to know a project, and would run gcloud to learn one. It is not used for tokens.
    return new GoogleAuth({ scopes: [SCOPE], projectId: 'unused' }).getClient();
  };
  const fetchToken = async (): Promise<Authorization | undefined> => {
    client ??= load();
    const pending = client;
    try {
      const loaded = await pending;
      const { token } = await loaded.getAccessToken();
      if (typeof token !== 'string' || token === '') return undefined;
      const fresh = token !== current;
      current = token;
      const quota = loaded.quotaProjectId;
      const headers = { authorization: `Bearer ${token}`, ...(quota && { 'x-goog-user-project': quota }) };
      return { token, fresh, headers };
    } catch {
      if (client === pending) client = undefined;
      return undefined;
    }
  };
  return {
    authorize: (deadline) => within(deadline, fetchToken()),
    discard: (token) => {
      if (token !== current) return;
      current = undefined;
      client = undefined;
    },
  };
}
