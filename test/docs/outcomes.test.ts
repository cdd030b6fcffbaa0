import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { answer } from '../../src/answer.ts';
import type { Report } from '../../src/record/conclude.ts';
import { OUTCOMES, type Outcome } from '../../src/terms/outcome.ts';
import { CODE_NAMES, isTransient, statusOf } from '../../src/terms/status.ts';
import { freshRecord } from '../support/record.ts';
import { code, read, tableOf } from './pages.ts';

const outcomes = [...Object.keys(OUTCOMES), 'BATCH'].filter(isOutcome);
const answers = tableOf(read('docs/reference.md'), ['outcome', '`status.code`', 'HTTP', 'HTTP for Pub/Sub']);

describe('the outcomes', () => {
  it('are all in the tables of README and of the reference', () => {
    const readme = tableOf(read('README.md'), ['`outcome`', 'meaning', 'HTTP']);
    for (const rows of [readme, answers]) assert.deepEqual(firstCells(rows), outcomes.map(code));
  });

  it('are all in the table for operators, with their severities', () => {
    const operating = tableOf(read('docs/operating.md'), ['outcome, and its severity', 'what to do']);
    const right = Object.entries(OUTCOMES).map(([outcome, { severity }]) => `${code(outcome)}<br>${severity}`);
    assert.deepEqual(firstCells(operating), [...right, '`BATCH`<br>as its status']);
  });

  it('have the severities of the reference', () => {
    for (const [severity = '', those = ''] of tableOf(read('docs/reference.md'), ['severity', 'outcomes'])) {
      const right = Object.entries(OUTCOMES).filter((entry) => code(entry[1].severity) === severity);
      const [before = ''] = those.split(';');
      assert.deepEqual(
        before.split(', '),
        right.map(([outcome]) => code(outcome)),
      );
    }
  });

  for (const [cell = '', status = '', http = '', forPubsub = ''] of answers) {
    const outcome = cell.replaceAll('`', '');
    const codes = CODE_NAMES.filter((name) => status.includes(`\`${name}\``));
    it(`${outcome} is answered as the reference says`, async () => {
      assert.ok(isOutcome(outcome));
      // One whose code is not told has any that is not OK.
      for (const name of codes.length === 0 ? CODE_NAMES.filter((each) => each !== 'OK') : codes) {
        const expected = /^\d/.test(http) ? Number(http) : await httpOf({ outcome: 'ERROR', name, type: 'WEBHOOK' });
        assert.equal(await httpOf({ outcome, name, type: 'WEBHOOK' }), expected, name);
        const acknowledged = /^\d/.test(forPubsub) ? Number(forPubsub) : isTransient(name) ? expected : 200;
        assert.equal(await httpOf({ outcome, name, type: 'PUBSUB' }), acknowledged, `${name} for Pub/Sub`);
      }
    });
  }

  it('are answered in README as in the reference', () => {
    const readme = tableOf(read('README.md'), ['`outcome`', 'meaning', 'HTTP']);
    assert.deepEqual(
      readme.map(([, , http = '']) => http.replace(', 413', '').replace('its code', 'the code')),
      answers.map(([, , http]) => http),
    );
  });
});

function firstCells(rows: readonly string[][]): (string | undefined)[] {
  return rows.map(([first]) => first);
}

function isOutcome(name: string): name is Outcome | 'BATCH' {
  return name === 'BATCH' || Object.hasOwn(OUTCOMES, name);
}

type Case = {
  outcome: Outcome | 'BATCH';
  name: (typeof CODE_NAMES)[number];
  type: 'PUBSUB' | 'WEBHOOK';
};

/** The HTTP status that such a report is answered with. */
async function httpOf({ outcome, name, type }: Case): Promise<number> {
  const fresh = freshRecord();
  const trigger = { ...fresh.trigger, type };
  const record = { ...fresh, outcome, status: statusOf(name, ''), completeTime: fresh.receiveTime, trigger };
  const report: Report = { record, retryAfter: null };
  const server = createServer((_, response) => answer(response, report)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const { status } = await fetch(`http://127.0.0.1:${port}`, { method: 'POST' });
  server.closeAllConnections();
  server.close();
  return status;
}
