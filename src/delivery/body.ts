import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { collect } from '../terms/bytes.ts';
import { atDeadline, type Deadline } from '../terms/clock.ts';
import type { Reason } from '../terms/reason.ts';
import { type Refusal, refusal } from '../terms/refusal.ts';

const inflate = promisify(gunzip);

/** What a body may be. */
export type BodyLimits = {
  /** Most bytes, before and after it is inflated. */
  most: number;
  deadline: Deadline;
  /** Why the request ends where the body comes too late. */
  late: Reason;
};

/**
 * Reads a request's body, and inflates it where it is gzip. No more than `most` bytes of either form are held.
 *
 * @param encoding the `Content-Encoding`, undefined where there is none
 * @throws {Refusal} INVALID where it is too large, cut off or badly encoded; for `late` where it comes too late
 */
export async function readBody(stream: Readable, encoding: string | undefined, limits: BodyLimits): Promise<Buffer> {
  const parsed = parsedByFramework(stream);
  if (parsed !== undefined) return parsed;
  const bytes = await everything(stream, limits);
  switch (encoding?.trim().toLowerCase() ?? '') {
    case '':
    case 'identity':
      return bytes;
    case 'gzip':
    case 'x-gzip':
      return inflated(bytes, limits.most);
    default:
      throw refusal('CONTENT_ENCODING_UNSUPPORTED');
  }
}

/**
 * The framework's own copy of a body, inflated, where it has read it in spite of framework/unparsed-requests.ts. A body that
 * it has read and kept no copy of is lost: that is a fault of ours, never the caller's.
 */
function parsedByFramework(stream: Readable): Buffer | undefined {
  if ('rawBody' in stream && stream.rawBody instanceof Buffer) return stream.rawBody;
  if (stream.readableEnded) throw refusal('BODY_LOST');
  return undefined;
}

async function inflated(bytes: Buffer, most: number): Promise<Buffer> {
  try {
    return await inflate(bytes, { maxOutputLength: most });
  } catch (error) {
    throw error instanceof RangeError ? tooLarge(most) : refusal('GZIP_MALFORMED');
  }
}

function tooLarge(most: number): Refusal {
  return refusal('BODY_TOO_LARGE', { places: { most: `${most / 1024} KiB` } });
}

/** Bytes that are made room for before the first chunk arrives. */
const FIRST_ROOM = 4 * 1024;

/** Everything that the stream brings. Past the limit it flows on, unheld, so that the caller can read the answer. */
function everything(stream: Readable, { most, deadline, late }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const body = collect(most, FIRST_ROOM);
    const end = (settle: () => void) => {
      off();
      stream.off('close', cutOff).off('data', take);
      settle();
    };
    const fail = (refused: Refusal) => end(() => reject(refused));
    const off = atDeadline(deadline, () => fail(refusal(late)));
    const cutOff = () => fail(refusal('BODY_CUT_OFF'));
    const take = (chunk: Buffer) => {
      if (!body.take(chunk)) fail(tooLarge(most));
    };
    stream.on('data', take);
    stream.once('end', () => end(() => resolve(body.bytes())));
    stream.on('error', cutOff);
    stream.once('close', cutOff);
    if (stream.destroyed) cutOff();
  });
}
