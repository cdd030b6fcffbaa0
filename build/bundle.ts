import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

/*
 * Makes what is deployed. dist/function.cjs is all of the function in one file, because reading many costs milliseconds at
 * every cold start; CommonJS, because the framework loads that without looking for a package.json first. The framework
 * stays outside: it is what loads the bundle, and inside it the function would be registered with a copy.
 */
const { outputFiles } = await build({
  entryPoints: ['src/index.ts'],
  outfile: 'dist/function.cjs',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  minify: true,
  inject: ['src/google/light-web.ts'],
  // The last two are never loaded: the library gets our HTTP client, and its proxies are not used.
  external: ['@google-cloud/functions-framework', 'node-fetch', 'https-proxy-agent'],
  legalComments: 'linked',
  logLevel: 'warning',
  write: false,
});

mkdirSync('dist', { recursive: true });
// What V8 compiled of an earlier bundle must be gone before there is a new one: V8 tells them apart by their length only.
rmSync('dist/function.cache', { force: true });
for (const { path, contents } of outputFiles) {
  // Renamed into place, so that whoever starts the function meanwhile reads a whole file.
  writeFileSync(`${path}.new`, contents);
  renameSync(`${path}.new`, path);
}
copyFileSync('src/entry-point.cjs', 'dist/index.cjs');
