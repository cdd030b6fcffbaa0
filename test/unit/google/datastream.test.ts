import assert from 'node:assert/strict';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as passing } from 'node:timers/promises';
import { isApiError, ownError } from '../../../src/google/api-error.ts';
import type { Authorization, Credentials } from '../../../src/google/credentials.ts';
import { datastreamClient } from '../../../src/google/datastream.ts';
import { pauseAfter } from '../../../src/google/retry.ts';
import { type Clock, deadlineIn, NO_SHUTDOWN, systemClock } from '../../../src/terms/clock.ts';
import { heldClock } from '../../support/clock.ts';
import { onLoopback } from './loopback.ts';

const PARENT = 'projects/acme-data/locations/us-central1';
const NAME = `${PARENT}/operations/operation-1`;

/** Credentials that bring a new token each time one is let go of. */
function countingCredentials(): Credentials & { given: string[] } {
  const given: string[] = [];
  let current: Authorization | undefined;
  const next = () => {
    const token = `ya29.token-number-${given.length + 1}`;
    given.push(token);
    return { token, headers: { authorization: `Bearer ${token}` } };
  };
  const holder = {
    token: async () => {
      current ??= next();
      return current;
    },
    discard: (refused: Authorization) => {
      if (current === refused) current = undefined;
    },
  };
  return { given, holder: () => holder };
}

type Answer = (request: IncomingMessage, response: ServerResponse, index: number) => void;

const json = (http: number, body: unknown, headers: Record<string, string> = {}): Answer => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (_, response) => response.writeHead(http, headers).end(text);
};
const error = (http: number, status: string, more: object = {}) =>
  json(http, { error: { code: http, message: `It is ${status}.`, status, ...more } });

/** A session with a server that gives these answers in turn, the last one for ever. */
async function datastream(answers: readonly Answer[], clock: Clock = heldClock(), milliseconds = 55_000) {
  const requests: IncomingMessage[] = [];
  const server = http.createServer((request, response) => {
    const index = requests.push(request) - 1;
    (answers[index] ?? answers.at(-1))?.(request, response, index);
  });
  const endpoint = `http://127.0.0.1:${await onLoopback(server)}`;
  const credentials = countingCredentials();
  const client = datastreamClient(endpoint, '1.2.3', credentials, clock);
  const newSession = () =>
    client.session({ deadline: deadlineIn(clock, milliseconds, NO_SHUTDOWN), traceparent: '00-ab-cd-01' });
  return {
    session: newSession(),
    newSession,
    requests,
    credentials,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const operation = (more: object = {}) => ({ name: NAME, done: false, metadata: { verb: 'create' }, ...more });

describe("a session with Datastream's API", () => {
  it('asks for what is needed, with token, trace and version', async () => {
    await using stage = await datastream([json(200, operation()), json(200, {})]);
    const state = await stage.session.get(NAME);
    assert.ok(!isApiError(state));
    assert.equal(state.verb, 'create');
    assert.deepEqual(await stage.session.cancel(NAME, 'why', () => {}), { kind: 'taken' });
    const [get, cancel] = stage.requests;
    const url = new URL(get?.url ?? '', 'http://x');
    assert.deepEqual([url.pathname, ...url.searchParams], [`/v1/${NAME}`, ['fields', 'name,done,error,metadata']]);
    assert.deepEqual([cancel?.method, cancel?.url], ['POST', `/v1/${NAME}:cancel`]);
    for (const request of [get, cancel]) {
      assert.equal(request?.headers['user-agent'], 'datastream-operation-cancel/1.2.3');
      assert.equal(request?.headers['traceparent'], '00-ab-cd-01');
      assert.equal(request?.headers.authorization, 'Bearer ya29.token-number-1');
    }
    assert.deepEqual(
      [get?.headers['x-goog-request-reason'], cancel?.headers['x-goog-request-reason']],
      [undefined, 'why'],
    );
    assert.equal(cancel?.headers['content-length'], '0');
  });

  describe('reads', () => {
    for (const [title, first] of [
      ['500', error(500, 'INTERNAL')],
      ['504', error(504, 'DEADLINE_EXCEEDED')],
      ['500 UNKNOWN', error(500, 'UNKNOWN')],
      ['503', error(503, 'UNAVAILABLE')],
      ['429', error(429, 'RESOURCE_EXHAUSTED')],
      ['500 in HTML', json(500, '<html>')],
    ] as const)
      it(`again after ${title}`, async () => {
        await using stage = await datastream([first, json(200, operation())]);
        assert.ok(!isApiError(await stage.session.get(NAME)));
      });

    for (const [title, answer, reason] of [
      ['another operation', json(200, operation({ name: `${PARENT}/operations/other` })), 'UNDOCUMENTED_ANSWER'],
      ['a redirect', json(302, '', { location: 'http://127.0.0.1:1/' }), 'WRONG_HOST'],
      ['a 404 in HTML', json(404, '<html>'), 'WRONG_HOST'],
      ['no body', json(200, ''), 'UNDOCUMENTED_ANSWER'],
      ['null', json(200, 'null'), 'UNDOCUMENTED_ANSWER'],
      ['half of its JSON', json(200, '{"name"'), 'UNDOCUMENTED_ANSWER'],
      ['more than 1 MiB', json(200, operation({ filler: 'x'.repeat(1024 * 1024) })), 'ANSWER_TOO_LARGE'],
    ] as const)
      it(`nothing from ${title}, and does not ask again`, async () => {
        await using stage = await datastream([answer]);
        const state = await stage.session.get(NAME);
        assert.ok(isApiError(state));
        assert.deepEqual([state.code, state.reason, stage.requests.length], ['INTERNAL', reason, 1]);
      });

    it('an operation that is missing as such', async () => {
      await using stage = await datastream([error(404, 'NOT_FOUND')]);
      const state = await stage.session.get(NAME);
      assert.equal(isApiError(state) && state.code, 'NOT_FOUND');
    });

    it('nothing that holds its own token', async () => {
      const token = 'ya29.token-number-1';
      const forms = [token, encodeURIComponent(token), token.replaceAll('.', '%2E'), token.replaceAll('-', '\\u002d')];
      const message = forms.join(' ');
      await using stage = await datastream([
        json(400, { error: { status: 'INVALID_ARGUMENT', message } }),
        json(200, operation({ done: true, error: { code: 3, message }, metadata: { target: message, verb: message } })),
      ]);
      const failed = await stage.session.get(NAME);
      assert.equal(isApiError(failed) && failed.message, forms.map(() => '[redacted]').join(' '));
      assert.doesNotMatch(JSON.stringify(await stage.session.get(NAME)), /token.{0,6}number/);
    });
  });

  describe('cancels', () => {
    it('once, whatever comes back, and tells that it was sent', async () => {
      await using stage = await datastream([error(503, 'UNAVAILABLE')]);
      let sent = 0;
      const answer = await stage.session.cancel(NAME, 'why', () => sent++);
      assert.ok(isApiError(answer));
      assert.deepEqual([answer.code, answer.lost, answer.retriable, sent], ['UNAVAILABLE', true, true, 1]);
      assert.equal(stage.requests.length, 1);
    });

    for (const body of ['', '{}', '{ }'])
      it(`and takes ${JSON.stringify(body)} for success`, async () => {
        await using stage = await datastream([json(200, body)]);
        assert.deepEqual(await stage.session.cancel(NAME, 'why', () => {}), { kind: 'taken' });
      });

    for (const body of ['null', '[]', '{"done":true}', '<html>', '"{}"'])
      it(`and does not take ${body} for success; it may have been`, async () => {
        await using stage = await datastream([json(200, body)]);
        const answer = await stage.session.cancel(NAME, 'why', () => {});
        assert.ok(isApiError(answer));
        assert.deepEqual([answer.reason, answer.lost], ['UNDOCUMENTED_ANSWER', true]);
      });

    it('may have been carried out where the connection broke or nobody answered', async () => {
      await using stage = await datastream([(request) => request.socket.resetAndDestroy()]);
      const answer = await stage.session.cancel(NAME, 'why', () => {});
      assert.ok(isApiError(answer));
      assert.deepEqual([answer.reason, answer.lost, answer.retriable], ['CONNECTION_BROKEN', true, true]);
      await using silent = await datastream([() => {}], systemClock, 100);
      const none = await silent.session.cancel(NAME, 'why', () => {});
      assert.ok(isApiError(none));
      assert.deepEqual([none.reason, none.code, none.lost], ['DATASTREAM_TIMED_OUT', 'DEADLINE_EXCEEDED', true]);
    });
  });

  describe('on connections that died while nobody used them', () => {
    const dead = new Set<object>();
    const mortal: Answer = ({ socket }, response) =>
      dead.has(socket) ? socket.resetAndDestroy() : response.end(JSON.stringify(operation()));

    it('reads after one attempt, at once', async () => {
      const clock = heldClock();
      await using stage = await datastream([mortal], clock);
      const all = await Promise.all(Array.from({ length: 20 }, () => stage.session.get(NAME)));
      assert.deepEqual(all.filter(isApiError), []);
      for (const { socket } of stage.requests) dead.add(socket);
      assert.ok(!isApiError(await stage.session.get(NAME)));
      assert.deepEqual([stage.requests.length, clock.sleeps], [22, []]);
      assert.ok(!isApiError(await stage.session.get(NAME)));
      assert.equal(stage.requests.length, 23);
    });

    it('does not cancel again by itself: what was sent may have been carried out', async () => {
      await using stage = await datastream([mortal]);
      await stage.session.get(NAME);
      for (const { socket } of stage.requests) dead.add(socket);
      const answer = await stage.session.cancel(NAME, 'why', () => {});
      assert.ok(isApiError(answer));
      assert.deepEqual([answer.lost, answer.retriable, pauseAfter(1, answer, heldClock())], [true, true, 0]);
      assert.equal(stage.requests.length, 2);
    });
  });

  describe('with a token that is refused', () => {
    it('takes one more', async () => {
      await using stage = await datastream([error(401, 'UNAUTHENTICATED'), json(200, {})]);
      let sent = 0;
      assert.deepEqual(await stage.session.cancel(NAME, 'why', () => sent++), { kind: 'taken' });
      assert.deepEqual([sent, stage.credentials.given.length], [2, 2]);
      assert.deepEqual(
        stage.requests.map(({ headers }) => headers.authorization),
        ['Bearer ya29.token-number-1', 'Bearer ya29.token-number-2'],
      );
    });

    it('twice in a row is UNAVAILABLE, not tried again; the next request takes another', async () => {
      await using stage = await datastream([error(401, 'UNAUTHENTICATED'), json(401, ''), json(200, operation())]);
      const state = await stage.session.get(NAME);
      assert.ok(isApiError(state));
      assert.deepEqual(
        [state.code, state.reason, state.retriable, state.rereadable, state.lost],
        ['UNAVAILABLE', 'ACCESS_TOKEN_REFUSED', false, false, false],
      );
      assert.equal(stage.requests.length, 2);
      assert.ok(!isApiError(await stage.newSession().get(NAME)));
      assert.equal(stage.credentials.given.length, 3);
    });
  });

  describe('lists', () => {
    it('pages of a parent, without responses, with names of that parent', async () => {
      const byNumber = operation({ name: 'projects/4711/locations/us-central1/operations/operation-1' });
      await using stage = await datastream([
        json(200, { operations: [byNumber], nextPageToken: 'a b&c' }),
        json(200, { operations: null, nextPageToken: null, unreachable: null }),
      ]);
      const first = await stage.session.list(PARENT, '');
      assert.ok(!isApiError(first));
      assert.deepEqual([first.operations[0]?.name, first.nextPageToken], [NAME, 'a b&c']);
      assert.deepEqual(await stage.session.list(PARENT, 'a b&c'), { operations: [], nextPageToken: '' });
      const queries = stage.requests.map(({ url }) => Object.fromEntries(new URL(url ?? '', 'http://x').searchParams));
      const fields = 'operations(name,done,error,metadata),nextPageToken,unreachable';
      assert.deepEqual(queries, [
        { pageSize: '500', fields },
        { pageSize: '500', fields, pageToken: 'a b&c' },
      ]);
    });

    it('no page that names places that could not be read', async () => {
      await using stage = await datastream([json(200, { operations: [operation()], unreachable: ['us-central1'] })]);
      const page = await stage.session.list(PARENT, '');
      assert.ok(isApiError(page));
      assert.deepEqual([page.code, page.reason, stage.requests.length], ['UNAVAILABLE', 'LIST_INCOMPLETE', 1]);
    });

    for (const [title, answer] of [
      ['elsewhere', { operations: [operation({ name: 'projects/acme-data/locations/asia-east1/operations/o' })] }],
      ['with a name that is none', { operations: [operation({ name: `${PARENT}/operations/a/b` })] }],
      ['that is no list', []],
    ] as const)
      it(`no page ${title}`, async () => {
        await using stage = await datastream([json(200, answer)]);
        const page = await stage.session.list(PARENT, '');
        assert.equal(isApiError(page) && page.reason, 'UNDOCUMENTED_ANSWER');
      });

    it('at most four pages at once, of all requests together, and no longer than the deadline', async () => {
      let open = 0;
      let most = 0;
      const slow: Answer = async (_, response) => {
        most = Math.max(most, ++open);
        await passing(40);
        open--;
        response.end('{}');
      };
      await using stage = await datastream([slow], systemClock, 5000);
      const pages = await Promise.all(Array.from({ length: 12 }, () => stage.newSession().list(PARENT, '')));
      assert.deepEqual([most, pages.filter(isApiError)], [4, []]);
      await using stuck = await datastream([() => {}], systemClock, 200);
      const late = await Promise.all(Array.from({ length: 6 }, () => stuck.newSession().list(PARENT, '')));
      const reasons = late.map((page) => isApiError(page) && page.reason);
      assert.deepEqual(
        reasons.slice(0, 4),
        Array.from({ length: 4 }, () => 'DATASTREAM_TIMED_OUT'),
      );
      assert.deepEqual(reasons.slice(4), ['DEADLINE_PASSED', 'DEADLINE_PASSED']);
    });
  });

  describe('reads locations', () => {
    const page = (ids: readonly string[], nextPageToken = '') =>
      json(200, {
        locations: ids.map((id) => ({ name: `projects/acme-data/locations/${id}`, locationId: id })),
        nextPageToken,
      });

    it('to the last page, each once', async () => {
      await using stage = await datastream([
        page(['us-central1', 'asia-east1'], 'b'),
        page(['us-central1', 'europe-west3']),
      ]);
      const ids = await stage.session.locations('acme-data');
      assert.deepEqual(ids, ['us-central1', 'asia-east1', 'europe-west3']);
      const [first, second] = stage.requests.map(({ url }) => new URL(url ?? '', 'http://x'));
      assert.equal(first?.pathname, '/v1/projects/acme-data/locations');
      assert.equal(first?.searchParams.get('fields'), 'locations(name,locationId),nextPageToken');
      assert.equal(second?.searchParams.get('pageToken'), 'b');
    });

    it('by name where there is no id', async () => {
      await using stage = await datastream([json(200, { locations: [{ name: 'projects/1/locations/us-east1' }] })]);
      assert.deepEqual(await stage.session.locations('acme-data'), ['us-east1']);
    });

    for (const [title, answers, reason] of [
      ['that come round', [page(['a'], 'x'), page(['b'], 'y'), page(['a'], 'x')], 'LIST_REPEATS'],
      ['that are none', [page(['us-central1', '../x'])], 'UNDOCUMENTED_ANSWER'],
      ['without a name', [json(200, { locations: [{}] })], 'UNDOCUMENTED_ANSWER'],
    ] as const)
      it(`and not those ${title}`, async () => {
        await using stage = await datastream(answers);
        const ids = await stage.session.locations('acme-data');
        assert.equal(isApiError(ids) && ids.reason, reason);
      });
  });

  it('tells why there is no token, and asks nothing', async () => {
    const none = ownError('CREDENTIALS_NOT_JSON');
    const credentials = { holder: () => ({ token: async () => none, discard: () => {} }) };
    const clock = heldClock();
    const client = datastreamClient('http://127.0.0.1:9', '1', credentials, clock);
    const session = client.session({ deadline: deadlineIn(clock, 1000, NO_SHUTDOWN), traceparent: undefined });
    assert.equal(await session.get(NAME), none);
  });
});
