/** Bytes that arrive in chunks, kept in one piece. */
export type Collected = {
  /** Takes a chunk; false where that is more than there may be. */
  take: (chunk: Buffer) => boolean;
  /** What was taken so far; valid until the next chunk. */
  bytes: () => Buffer;
};

/**
 * Collects chunks by copying them: a chunk of one byte costs hundreds, and holds the buffer that it was cut from.
 *
 * @param most bytes that there may be
 * @param expected bytes that room is made for at first
 */
export function collect(most: number, expected: number): Collected {
  let room: Buffer = Buffer.allocUnsafe(Math.min(most, expected));
  let length = 0;
  return {
    take: (chunk) => {
      const needed = length + chunk.length;
      if (needed > most) return false;
      if (needed > room.length) {
        const larger = Buffer.allocUnsafe(Math.min(most, Math.max(room.length * 2, needed)));
        room.copy(larger, 0, 0, length);
        room = larger;
      }
      length += chunk.copy(room, length);
      return true;
    },
    bytes: () => room.subarray(0, length),
  };
}
