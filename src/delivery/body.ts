import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { Deadline } from '../terms/clock.ts';
import { invalid, Refusal, tooLarge } from '../terms/refusal.ts';
import { statusOf } from '../terms/status.ts';

/** Most bytes of a body, before and after it is inflated: a Pub/Sub envelope with its attributes fits. */
const MOST_BYTES = 1024 * 1024;

const INFLATERS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** The bytes of a body, and what is wrong with their encoding where they could not be inflated. */
export type Body = { bytes: Buffer; problem?: string };

/**
 * Reads a request's body and inflates it, holding no more than 1 MiB of either form.
 *
 * @param encoding the `Content-Encoding`, undefined where there is none
 * @throws {Refusal} INVALID where it is too large or cut off; ERROR where it comes too late
 */
export async function readBody(stream: Readable, encoding: string | undefined, deadline: Deadline): Promise<Body> {
  const bytes = await collect(stream, deadline);
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return { bytes };
  if (!isInflatable(name)) {
    return { bytes, problem: 'must come with Content-Encoding gzip, deflate or br, or without one.' };
  }
  try {
    return { bytes: await INFLATERS[name](bytes, { maxOutputLength: MOST_BYTES }) };
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge('at most 1 MiB once it is inflated');
    return { bytes, problem: 'must be compressed as its Content-Encoding says.' };
  }
}

function isInflatable(name: string): name is keyof typeof INFLATERS {
  return Object.hasOwn(INFLATERS, name);
}

/** Everything that the stream brings. Past the limit it keeps flowing, unheld, so that the caller can read the answer. */
function collect(stream: Readable, deadline: Deadline): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const late = setTimeout(() => end(() => reject(new Refusal('ERROR', LATE))), deadline.left());
    const cutOff = () => end(() => reject(invalid([{ field: '', description: CUT_OFF }])));
    const end = (settle: () => void) => {
      clearTimeout(late);
      stream.off('close', cutOff);
      settle();
    };
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MOST_BYTES) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      end(() => reject(tooLarge('at most 64 KiB, and 1 MiB with a Pub/Sub envelope around it')));
    });
    stream.once('end', () => end(() => resolve(Buffer.concat(chunks))));
    stream.on('error', cutOff);
    stream.once('close', cutOff);
    if (stream.destroyed) cutOff();
  });
}

const CUT_OFF = 'must arrive whole; the connection was cut.';
const LATE = statusOf('DEADLINE_EXCEEDED', 'The body of the request did not arrive in time; send it again.');
