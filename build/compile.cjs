/*
 * What build/warm-up.ts has the framework load in place of dist/index.cjs: the same bundle, whose compiled form is written
 * beside it when the process ends.
 */
const { readFileSync, writeFileSync } = require('node:fs');
const { wrap } = require('node:module');
const { dirname, resolve } = require('node:path');
const { constants, Script } = require('node:vm');

const filename = resolve('dist/function.cjs');
const script = new Script(wrap(readFileSync(filename, 'utf8')), {
  filename,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
script.runInThisContext()(exports, require, module, filename, dirname(filename));
process.on('exit', () => writeFileSync('dist/function.cache', script.createCachedData()));
