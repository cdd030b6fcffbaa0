/*
 * What build/warm-up.ts has the framework load: dist/index.cjs, and when the process ends, what V8 compiled of the bundles
 * is written beside them.
 */
const { writeFileSync } = require('node:fs');
const { scripts } = require('../dist/index.cjs');

process.on('exit', () => {
  for (const [file, script] of scripts) writeFileSync(file, script.createCachedData());
});
