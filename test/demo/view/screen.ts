import { styleText } from 'node:util';
import type { Severity } from '../../../src/terms/outcome.ts';

type Format = Parameters<typeof styleText>[0];

/** Where the demo is shown. */
export type Screen = {
  /** Columns to use, from 80 to 100. */
  readonly width: number;
  /** Styles text where colors are wanted: FORCE_COLOR, NO_COLOR, and whether this is a terminal decide. */
  readonly style: (format: Format, text: string) => string;
  readonly print: (lines: readonly string[]) => void;
};

/** A screen on a stream such as stdout. */
export function screenOn(stream: NodeJS.WritableStream & { readonly columns?: number }): Screen {
  return {
    width: Math.max(80, Math.min(100, stream.columns ?? 100)),
    style: (format, text) => styleText(format, text, { stream }),
    print: (lines) => void stream.write(lines.map((line) => `${line.trimEnd()}\n`).join('')),
  };
}

/** The one accent color of each severity. */
export const ACCENTS = { NOTICE: 'green', WARNING: 'yellow', ERROR: 'red' } as const satisfies Record<Severity, Format>;
