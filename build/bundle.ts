import { build } from 'esbuild';

/*
 * Makes dist/index.cjs, all that is deployed. One file, because reading many costs milliseconds at every cold start. The
 * framework stays outside: it is what loads the bundle, and inside it the function would be registered with a copy.
 * CommonJS, because the framework loads that without looking for a package.json first.
 */
await build({
  entryPoints: ['src/index.ts'],
  outfile: 'dist/index.cjs',
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
