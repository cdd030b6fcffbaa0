import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { Deadline } from './clock.ts';
import { invalid, Refusal, tooLarge } from './refusal.ts';
import { statusOf } from './status.ts';

/** Most bytes of a body, before and after it is inflated: a Pub/Sub envelope with its attributes fits. */
const MOST_BYTES = 1024 * 1024;

const INFLATERS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/**
 * Reads a request's body and inflates it, holding no more than 1 MiB of either form.
 *
 * @param encoding the `Content-Encoding`, undefined where there is none
 * @throws {Refusal} INVALID where it is too large, cut off or not what its encoding says; ERROR where it comes too late
 */
export async function readBody(stream: Readable, encoding: string | undefined, deadline: Deadline): Promise<Buffer> {
  const sent = await collect(stream, deadline);
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return sent;
  if (!isInflatable(name)) {
    throw invalid([{ field: '', description: 'must come with Content-Encoding gzip, deflate or br, or without one.' }]);
  }
  try {
    return await INFLATERS[name](sent, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge('at most 1 MiB once it is inflated');
    throw invalid([{ field: '', description: 'must be compressed as its Content-Encoding says.' }]);
  }
}

function isInflatable(name: string): name is keyof typeof INFLATERS {
  return Object.hasOwn(INFLATERS, name);
}

/** Everything that the stream brings. Past the limit it keeps flowing, unheld, so that the caller can read the answer. */
function collect(stream: Readable, deadline: Deadline): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= MOST_BYTES) {
      chunks.push(chunk);
      return;
    }
    chunks.length = 0;
    reject(tooLarge('at most 64 KiB, and 1 MiB with a Pub/Sub envelope around it'));
  });
  const cutOff = () => reject(invalid([{ field: '', description: 'must arrive whole; the connection was cut.' }]));
  stream.once('end', () => resolve(Buffer.concat(chunks)));
  stream.once('close', cutOff);
  stream.once('error', cutOff);
  if (stream.destroyed) cutOff();
  const late = setTimeout(() => reject(new Refusal('ERROR', LATE)), deadline.left());
  return promise.finally(() => clearTimeout(late));
}

const LATE = statusOf('DEADLINE_EXCEEDED', 'The body of the request did not arrive in time; send it again.');
