/*
 * What build/warm-up.ts has Node.js load first: when the process ends, what V8 compiled of the bundles is written
 * beside them.
 */
const { writeFileSync } = require('node:fs');
const { scripts } = require('../dist/load-compiled.cjs');

process.on('exit', () => {
  for (const [file, script] of scripts) writeFileSync(file, script.createCachedData());
});
