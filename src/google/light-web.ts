/*
 * Headers, Response and FormData for google-auth-library in the bundle, in place of the global ones, by the build's
 * `inject`. Touching one of those makes Node.js load the whole of its fetch implementation: a fifth of the time to the
 * first finished cancellation (npm run bench). Only what the library and fetchOverHttp use is there;
 * test/contract/light-web.test.ts holds it against the real classes.
 */

type HeadersInit = Iterable<readonly [string, string]> | Readonly<Record<string, string>> | undefined;

class LightHeaders {
  readonly #values = new Map<string, string>();

  constructor(init?: HeadersInit) {
    const entries = init === undefined ? [] : Symbol.iterator in init ? init : Object.entries(init);
    for (const [name, value] of entries) this.append(name, value);
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), String(value).trim());
  }

  append(name: string, value: string): void {
    const before = this.get(name);
    this.set(name, before === null ? value : `${before}, ${value}`);
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase());
  }

  forEach(visit: (value: string, name: string) => void): void {
    for (const [name, value] of this) visit(value, name);
  }

  keys() {
    return this.#values.keys();
  }

  entries() {
    return this.#values.entries();
  }

  [Symbol.iterator]() {
    return this.#values.entries();
  }
}

class LightResponse {
  readonly status: number;
  readonly statusText = '';
  readonly headers: LightHeaders;
  bodyUsed = false;
  readonly #body: string;

  constructor(body: string | null, { status, headers }: { status: number; headers: LightHeaders }) {
    this.status = status;
    this.headers = headers;
    this.#body = body ?? '';
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  async text(): Promise<string> {
    this.bodyUsed = true;
    return this.#body;
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async blob(): Promise<Blob> {
    return new Blob([await this.text()]);
  }
}

/** Only asked whether something is one. */
class LightFormData {}

export { LightFormData as FormData, LightHeaders as Headers, LightResponse as Response };
