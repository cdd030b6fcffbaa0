/*
 * dist/index.cjs, which the framework loads: it loads the function, and google-auth-library when that is first needed.
 */
const { load } = require('./load-compiled.cjs');

let authLibrary;

function requireFromBundle(id) {
  if (id !== './google-auth-library.cjs') return require(id);
  authLibrary ??= load('google-auth-library', require);
  return authLibrary;
}

load('function', requireFromBundle);
