import { copyFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

/*
 * Makes what is deployed. dist/function.cjs is all of the function in one file, because reading many costs milliseconds at
 * every cold start; CommonJS, because the framework loads that without looking for a package.json first. The framework
 * stays outside: it is what loads the bundle, and inside it the function would be registered with a copy.
 */
rmSync('dist', { recursive: true, force: true });
await build({
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
});

copyFileSync('src/entry-point.cjs', 'dist/index.cjs');
