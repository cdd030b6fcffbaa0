import assert from 'node:assert/strict';
import { type Admitted, type Authenticate, authentication } from '../../../src/caller/authenticate.ts';
import type { Headers } from '../../../src/delivery/headers.ts';
import { readSettings, type Settings } from '../../../src/settings.ts';
import { type Clock, type Deadline, deadlineIn, NO_SHUTDOWN, systemClock } from '../../../src/terms/clock.ts';
import { DOMAIN } from '../../../src/terms/reason.ts';
import { Refusal } from '../../../src/terms/refusal.ts';

/** Reads settings, which must be sound. */
export function settingsOf(env: Record<string, string>): Settings {
  const read = readSettings(env);
  assert.ok(read.ok, 'these settings are sound');
  return read.settings;
}

export function inTenSeconds(clock: Clock = systemClock): Deadline {
  return deadlineIn(clock, 10_000, NO_SHUTDOWN);
}

/** The way in under some settings; nobody answers where it would look for certificates unless `url` says where. */
export function wayIn(
  env: Record<string, string>,
  { onCloudRun = true, url = 'http://127.0.0.1:1/', clock = systemClock } = {},
): (headers: Headers) => Promise<Admitted> {
  const authenticate: Authenticate = authentication(settingsOf(env), onCloudRun, url, clock);
  return (headers) => authenticate(headers, inTenSeconds(clock));
}

/** What an attempt came to: the reason that it was refused for, or what it brought. */
export async function outcomeOf<T>(attempt: () => T | Promise<T>): Promise<T | string | null> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    assert.equal(error.status.domain, DOMAIN);
    return error.status.reason;
  }
}
