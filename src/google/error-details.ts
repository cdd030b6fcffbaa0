import * as z from 'zod/mini';

/* The `details` of a google.rpc.Status in JSON: of an error answer, and of what an operation ended with. */

const type = <T extends string>(name: T) => z.literal(`type.googleapis.com/google.rpc.${name}`);

const errorInfo = z.object({
  '@type': type('ErrorInfo'),
  reason: z.string(),
  domain: z.catch(z.nullish(z.string()), null),
  metadata: z.catch(
    z.nullish(z.object({ message: z.nullish(z.string()), originalMessage: z.nullish(z.string()) })),
    null,
  ),
});

const localizedMessage = z.object({ '@type': type('LocalizedMessage'), message: z.string() });

const retryInfo = z.object({ '@type': type('RetryInfo'), retryDelay: z.string() });

export type ErrorInfo = z.infer<typeof errorInfo>;

export function errorInfoOf(details: readonly unknown[]): ErrorInfo | undefined {
  return first(details, errorInfo);
}

/** The Duration of a RetryInfo, as text. */
export function retryDelayOf(details: readonly unknown[]): string | undefined {
  return first(details, retryInfo)?.retryDelay;
}

/** What details say to a person; else the reason, which says something. Undefined where there is neither. */
export function messageIn(details: readonly unknown[]): string | undefined {
  const info = errorInfoOf(details);
  const said = first(details, localizedMessage)?.message || info?.metadata?.message || info?.metadata?.originalMessage;
  if (said && info) return `${info.reason}: ${said}`;
  return said || info?.reason;
}

function first<T>(details: readonly unknown[], schema: z.ZodMiniType<T>): T | undefined {
  for (const detail of details) {
    const { data } = schema.safeParse(detail);
    if (data !== undefined) return data;
  }
  return undefined;
}
