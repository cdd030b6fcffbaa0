import * as z from 'zod';

const figures = z.array(z.number());

const level = z.object({
  /** Milliseconds that each call of the API takes. */
  latency: z.number(),
  /** Commands under way at any time. */
  parallel: z.number(),
  /** CPU time of the function per cancellation, in µs. */
  cpu: figures,
  /** Milliseconds in which half of the answers came, and 99 in 100. */
  p50: figures,
  p99: figures,
  /** Cancellations a second. */
  throughput: figures,
});

const measured = z.object({
  id: z.string(),
  /** Milliseconds from spawn to the first answer, to a bad request and to a cancellation. */
  badRequest: figures,
  cancellation: figures,
  /** MiB, after the first load. */
  peakMemory: figures,
  levels: z.array(level),
});

/** What a run measured: one figure a round each. */
export const resultsSchema = z.object({
  date: z.string(),
  node: z.string(),
  machine: z.string(),
  quick: z.boolean(),
  /** Bytes of `dist`, without V8's code cache and of that; 0 where the function was not measured. */
  bundle: z.number(),
  codeCache: z.number(),
  functions: z.array(measured),
});

export type Level = z.infer<typeof level>;
export type Measured = z.infer<typeof measured>;
export type Results = z.infer<typeof resultsSchema>;

/** One level of a function's figures, undefined where it was not measured. */
export function levelOf(results: Results, id: string, latency: number, parallel: number): Level | undefined {
  return measuredOf(results, id)?.levels.find((each) => each.latency === latency && each.parallel === parallel);
}

/** A function's figures, undefined where it was not measured. */
export function measuredOf(results: Results, id: string): Measured | undefined {
  return results.functions.find((each) => each.id === id);
}
