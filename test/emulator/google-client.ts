import { DatastreamClient } from '@google-cloud/datastream';
import type { Emulator } from './emulator.ts';

/** Google's own Datastream client, and a way to be rid of it. */
export type GoogleClient = AsyncDisposable & { readonly client: DatastreamClient };

/**
 * Google's client on its REST transport, talking to `emulator` with tokens of its metadata server, which google-auth-library
 * fetches as on Google Cloud. That library takes the metadata server's address from this process's environment whenever it
 * needs a token: have one such client at a time, and dispose of it to get the old environment back.
 */
export async function googleClient(emulator: Emulator): Promise<GoogleClient> {
  const restoreAddress = setVariables(emulator.environment);
  // Credentials of whoever runs the tests would go first: they are out of sight until the client has chosen.
  const restoreCredentials = setVariables({
    GOOGLE_APPLICATION_CREDENTIALS: undefined,
    HOME: undefined,
    APPDATA: undefined,
  });
  try {
    const client = new DatastreamClient({
      fallback: true,
      protocol: 'http',
      apiEndpoint: '127.0.0.1',
      port: emulator.port,
      // Without it the library runs gcloud to learn the project.
      projectId: emulator.projectId,
    });
    await client.auth.getClient();
    const dispose = async (): Promise<void> => {
      restoreAddress();
      await client.close();
    };
    return { client, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    restoreAddress();
    throw error;
  } finally {
    restoreCredentials();
  }
}

/** Sets variables of this process, or unsets those that are undefined; the function that comes back undoes it. */
function setVariables(variables: Readonly<Record<string, string | undefined>>): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  for (const [name, value] of Object.entries(variables)) setVariable(name, value);
  return () => {
    for (const [name, value] of before) setVariable(name, value);
  };
}

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
