import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const startedSchema = z.object({ port: z.number() });
const callsSchema = z.object({ get: z.number(), cancel: z.number() });

/** The calls of the API that the stand-in has answered so far. */
export type Calls = z.infer<typeof callsSchema>;

/** The stand-in for Google, running in a process of its own. */
export type StandIn = {
  port: number;
  calls: () => Promise<Calls>;
  /** From now on every call of the API takes that many milliseconds. Operations cancelled before are forgotten. */
  setLatency: (latency: number) => Promise<void>;
  stop: () => void;
};

/** Starts the stand-in on a free port. */
export async function startStandIn(): Promise<StandIn> {
  const child = fork(fileURLToPath(new URL('google.ts', import.meta.url)));
  const { port } = startedSchema.parse((await once(child, 'message'))[0]);
  const ask = async (message: { latency?: number }): Promise<Calls> => {
    const answer = once(child, 'message');
    child.send(message);
    return callsSchema.parse((await answer)[0]);
  };
  return {
    port,
    calls: () => ask({}),
    setLatency: async (latency) => {
      await ask({ latency });
    },
    stop: () => {
      child.kill();
    },
  };
}
