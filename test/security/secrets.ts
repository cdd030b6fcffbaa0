import assert from 'node:assert/strict';
import { isOperationName } from '../../src/terms/resource-name.ts';
import type { Sent } from './post.ts';
import { CURRENT_SECRET, NEXT_SECRET, RETIRED_SECRET } from './proofs.ts';

/** Shorter pieces turn up by chance. */
const SHORTEST = 16;

/** Beside what a request carries, these must never be seen: the webhook secrets, with and without their prefix. */
const WEBHOOK_SECRETS = [CURRENT_SECRET, NEXT_SECRET, RETIRED_SECRET].map((secret) => secret.slice('whsec_'.length));

/** What must not come out of the function after a request: pieces of tokens and signatures, and the raw body. */
export function secretsOf({ headers = {}, trailers = {}, path = '', body = '' }: Sent): string[] {
  const carried = [...Object.values(headers), ...Object.values(trailers), path].flat().map(String);
  const pieces = carried.filter(isProof).flatMap((value) => value.split(/[\s.,=?&/]+/));
  const raw = body.toString();
  const bodies = isOperationName(raw.trim()) ? [] : [raw, JSON.stringify(raw).slice(1, -1)];
  return [...WEBHOOK_SECRETS, ...pieces, ...bodies].filter((secret) => secret.length >= SHORTEST);
}

/** Whether a value looks like a token or a list of signatures. */
function isProof(value: string): boolean {
  return /[\w-]{4,}\.[\w-]{4,}\.|^v\d|\beyJ|^(?:basic|bearer|token)\b/i.test(value);
}

/** Asserts that none of `secrets` is in anything that was put out. A failure tells which, cut short. */
export function assertNothingSecret(put: readonly string[], secrets: readonly string[]): void {
  for (const text of put) {
    const found = secrets.find((secret) => text.includes(secret));
    assert.equal(found?.slice(0, 24), undefined, `Something secret is in: ${text.slice(0, 2000)}`);
  }
}
