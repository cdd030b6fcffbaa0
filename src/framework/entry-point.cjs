/*
 * dist/index.cjs, which the framework loads. It loads the bundles beside it as `require` would, but gives V8 what V8 had
 * compiled of them when the build ran them once (build/warm-up.ts). That spares a tenth of the time to the first finished
 * cancellation (npm run bench). Where another version of Node.js compiled it, or nothing is there, V8 compiles anew.
 */
const { existsSync, readFileSync } = require('node:fs');
const { wrap } = require('node:module');
const { Script } = require('node:vm');

/** What has been loaded, by the file that its compiled form belongs in: for build/compile.cjs. */
exports.scripts = new Map();

function load(name) {
  const filename = `${__dirname}/${name}.cjs`;
  const compiled = `${__dirname}/${name}.cache`;
  const script = new Script(wrap(readFileSync(filename, 'utf8')), {
    filename,
    cachedData: existsSync(compiled) ? readFileSync(compiled) : undefined,
  });
  exports.scripts.set(compiled, script);
  const bundle = { exports: {} };
  script.runInThisContext()(bundle.exports, requireFromBundle, bundle, filename, __dirname);
  return bundle.exports;
}

let authLibrary;

function requireFromBundle(id) {
  if (id !== './google-auth-library.cjs') return require(id);
  authLibrary ??= load('google-auth-library');
  return authLibrary;
}

load('function');
