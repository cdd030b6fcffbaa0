import { levelOf, measuredOf, type Results } from './results.ts';
import { median, quantile } from './stats.ts';

/** A figure that the function must reach, as a ratio to another function's or as a size. */
export type Goal = {
  figure: string;
  against: string;
  limit: string;
  measured: string;
  /** The middle half of the ratios of single rounds: how far to trust the one above. */
  between: string;
  met: boolean;
};

/** Bytes, in the kilobytes of package registries. */
const LARGEST_BUNDLE = 400_000;

const HELLO = ['hello', 'hello-world'] as const;
const BARE = ['bare-http', 'bare job over `node:http`'] as const;
const GOOGLE = ['datastream', '`@google-cloud/datastream`'] as const;

/** Holds what was measured against the goals. Ratios are those of the medians; peers that were left out bring none. */
export function goals(results: Results): Goal[] {
  const badRequest = (id: string) => measuredOf(results, id)?.badRequest ?? [];
  const cancellation = (id: string) => measuredOf(results, id)?.cancellation ?? [];
  const memory = (id: string) => measuredOf(results, id)?.peakMemory ?? [];
  const cpu = (id: string) => levelOf(results, id, 0, 20)?.cpu ?? [];
  const p99 = (id: string) => levelOf(results, id, 0, 20)?.p99 ?? [];

  const ratios = [
    ratio('spawn to first answer to a bad request', badRequest, HELLO, 1.05),
    ratio('spawn to first finished cancellation', cancellation, BARE, 1.15),
    ratio('CPU per warm cancellation, 20 in parallel', cpu, BARE, 1.4),
    ratio('p99, 20 in parallel', p99, BARE, 1.4),
    ratio('peak memory after the load, 20 in parallel', memory, BARE, 1.15),
    ratio('spawn to first finished cancellation', cancellation, GOOGLE, 0.45),
    ratio('CPU per warm cancellation, 20 in parallel', cpu, GOOGLE, 0.45),
    ratio('peak memory after the load, 20 in parallel', memory, GOOGLE, 0.45),
  ].filter((goal) => goal !== undefined);
  return results.bundle === 0 ? ratios : [...ratios, bundle(results)];
}

function ratio(
  figure: string,
  of: (id: string) => readonly number[],
  [id, against]: readonly [string, string],
  limit: number,
): Goal | undefined {
  const [own, other] = [of('ours'), of(id)];
  if (own.length === 0 || other.length === 0) return undefined;
  const value = median(own) / median(other);
  // Both were measured in the same round, so a machine that was slow for a while was slow for both.
  const each = own.map((figure, round) => figure / (other[round] ?? Number.NaN));
  const between = [0.25, 0.75].map((quarter) => quantile(each, quarter).toFixed(2)).join(' to ');
  return { figure, against, limit: limit.toFixed(2), measured: value.toFixed(2), between, met: value <= limit };
}

/** V8's code cache is shown beside the bundle, not counted: nothing breaks without it, and no code is in it alone. */
function bundle(results: Results): Goal {
  const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;
  const beside =
    results.codeCache === 0 ? '' : `, with V8's code cache ${kilobytes(results.bundle + results.codeCache)}`;
  return {
    figure: `deployed bundle${beside}`,
    against: '',
    limit: kilobytes(LARGEST_BUNDLE),
    measured: kilobytes(results.bundle),
    between: '',
    met: results.bundle <= LARGEST_BUNDLE,
  };
}
