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
  keepNames: true,
  external: ['@google-cloud/functions-framework'],
  legalComments: 'linked',
  logLevel: 'warning',
});
