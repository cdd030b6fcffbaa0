/*
 * dist/index.cjs, which the framework loads. It loads the bundle beside it as `require` would, but gives V8 what V8 had
 * compiled of it when the build ran it once (build/warm-up.ts). That spares a tenth of the time to the first finished
 * cancellation (npm run bench). Where another version of Node.js compiled it, or nothing is there, V8 compiles anew.
 */
const { existsSync, readFileSync } = require('node:fs');
const { wrap } = require('node:module');
const { constants, Script } = require('node:vm');

const filename = `${__dirname}/function.cjs`;
const compiled = `${__dirname}/function.cache`;
const script = new Script(wrap(readFileSync(filename, 'utf8')), {
  filename,
  cachedData: existsSync(compiled) ? readFileSync(compiled) : undefined,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
script.runInThisContext()(exports, require, module, filename, __dirname);
