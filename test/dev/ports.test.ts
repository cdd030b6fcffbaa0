import assert from 'node:assert/strict';
import { onPort } from './ports.ts';

describe('the ports of npm run dev', () => {
  const before = process.env['PORT'];

  afterEach(() => {
    delete process.env['PORT'];
    if (before !== undefined) process.env['PORT'] = before;
  });

  const opened = async (port: number) => port;

  for (const { set, port } of [
    { set: undefined, port: 8080 },
    { set: '', port: 8080 },
    { set: '0', port: 0 },
    { set: '9000', port: 9000 },
    { set: '65535', port: 65_535 },
  ]) {
    it(`are ${port} where PORT is ${JSON.stringify(set)}`, async () => {
      delete process.env['PORT'];
      if (set !== undefined) process.env['PORT'] = set;
      assert.equal(await onPort('PORT', 8080, opened), port);
    });
  }

  for (const set of ['65536', '99999', '-1', '80a', ' ', '8e3', '123456']) {
    it(`are refused where PORT is ${JSON.stringify(set)}`, async () => {
      process.env['PORT'] = set;
      const message = 'PORT must be a number from 1 to 65535, or 0 for any free port.';
      await assert.rejects(onPort('PORT', 8080, opened), { message });
    });
  }

  for (const { code, set, message } of [
    {
      code: 'EADDRINUSE',
      set: '9000',
      message: 'Port 9000 is taken. Choose another one, or any free one: PORT=0 npm run dev',
    },
    {
      code: 'EACCES',
      set: '80',
      message: 'Port 80 needs more rights than you have. Choose another one, or any free one: PORT=0 npm run dev',
    },
    { code: 'EADDRNOTAVAIL', set: '9000', message: 'listen' },
  ]) {
    it(`tell what to do about ${code}`, async () => {
      process.env['PORT'] = set;
      const failing = () => Promise.reject(Object.assign(new Error('listen'), { code }));
      await assert.rejects(onPort('PORT', 8080, failing), { message });
    });
  }
});
