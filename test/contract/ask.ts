import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { buffer, text } from 'node:stream/consumers';

/** What is asked for; a POST of nothing to `/` unless it says otherwise. */
export type Question = {
  method?: string;
  path?: string;
  headers?: Readonly<Record<string, string>>;
  /** Whole; several pieces are sent chunked, one after the other. */
  body?: string | Buffer | readonly (string | Buffer)[];
};

/** What came back, not yet judged. */
export type Answer = { http: number; headers: IncomingHttpHeaders; text: string };

/** Sends one request with exactly the headers that are given, and those alone that HTTP cannot do without. */
export async function ask(url: string, question: Question): Promise<Answer> {
  const { method = 'POST', path = '/', headers = {}, body } = question;
  const outgoing = request(url, { method, path, headers });
  const answered = once(outgoing, 'response');
  if (Array.isArray(body)) for (const piece of body) outgoing.write(piece);
  outgoing.end(Array.isArray(body) ? undefined : body);
  const [incoming] = await answered;
  return { http: incoming.statusCode ?? 0, headers: incoming.headers, text: await text(incoming) };
}

/** Sends bytes as they are, hangs up with `hangUp` once they are out, and brings all that came back. */
export async function askRaw(url: string, bytes: string | Buffer, hangUp = false): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  if (hangUp) {
    socket.write(bytes, () => socket.destroy());
    await once(socket, 'close');
    return '';
  }
  socket.write(bytes);
  return (await buffer(socket)).toString('utf8');
}
