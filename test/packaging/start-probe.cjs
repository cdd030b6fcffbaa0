/* Loaded into a function under test: tells on stderr at its end what was loaded and whether it came compiled. */
const { writeSync } = require('node:fs');
const { basename } = require('node:path');

process.on('exit', () => {
  const { scripts } = Object.values(require.cache).find(({ id }) => basename(id) === 'load-compiled.cjs').exports;
  const rejected = [...scripts].map(([file, script]) => [basename(file, '.cache'), script.cachedDataRejected]);
  const files = Object.values(require.cache).map(({ filename }) => filename);
  writeSync(
    2,
    JSON.stringify({ rejected: Object.fromEntries(rejected), files: files.filter((file) => file !== null) }),
  );
});
