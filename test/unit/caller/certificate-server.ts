import { generateKeyPairSync } from 'node:crypto';
import { listen } from '../../emulator/listen.ts';

/** What the server answers to the request for certificates. */
type Answer = { http: number; body: string; cacheControl?: string };

/** A stand-in for the address of Google's certificates, which counts how often it is asked. */
export type CertificateServer = AsyncDisposable & {
  readonly url: string;
  fetches: number;
  /** What it answers from now on; undefined leaves who asks waiting. */
  answer: Answer | undefined;
};

export const KEY_ID = 'the-key-of-google';

/** The keys that "Google" signs tokens with. */
export const googleKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });

const PEM = googleKeys.publicKey.export({ type: 'spki', format: 'pem' });

/** Google's key by its id in PEM, for six hours. */
export const CERTIFICATES = {
  http: 200,
  body: JSON.stringify({ [KEY_ID]: PEM }),
  cacheControl: 'public, max-age=21600, must-revalidate, no-transform',
};

export async function startCertificateServer(): Promise<CertificateServer> {
  const { port, close } = await listen((_, response) => {
    started.fetches += 1;
    if (started.answer === undefined) return;
    const { http, body, cacheControl } = started.answer;
    response.writeHead(http, cacheControl === undefined ? {} : { 'cache-control': cacheControl }).end(body);
  }, 0);
  const started: CertificateServer = {
    url: `http://127.0.0.1:${port}/certs`,
    fetches: 0,
    answer: CERTIFICATES,
    [Symbol.asyncDispose]: close,
  };
  return started;
}
