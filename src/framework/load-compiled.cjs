/*
 * Loads what the build has put beside it as `require` would, but gives V8 what V8 had compiled of it when the build
 * ran it once (build/warm-up.ts). Where another version of Node.js compiled it, or nothing is there, V8 compiles anew.
 *
 * Node.js has such a cache of its own. It keeps what is compiled when a module is loaded, which is not yet what a
 * request needs, and in a folder that is named after the processor and the user: nobody knows both before it runs.
 */
const { existsSync, readFileSync } = require('node:fs');
const { wrap } = require('node:module');
const { Script } = require('node:vm');

/** What has been loaded, by the file that its compiled form belongs in: for build/compile.cjs. */
exports.scripts = new Map();

exports.load = (name, requireFromBundle) => {
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
};
