import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/*
 * Makes what is deployed: all of the function in two files, because reading many costs milliseconds at every cold start.
 * dist/function.cjs is what every request needs. dist/google-auth-library.cjs is loaded with the first request that needs a
 * token: a refused one need not wait until two thirds of the code are read. CommonJS, because the framework loads that
 * without looking for a package.json first. The framework stays outside: it is what loads the function, and inside it the
 * function would be registered with a copy.
 */
const options = {
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  // What is loaded later is loaded with `require` too, which src/framework/entry-point.cjs provides.
  supported: { 'dynamic-import': false },
  minify: true,
  inject: ['src/google/light-web.ts'],
  // The last two are never loaded: the library gets our HTTP client, and its proxies are not used.
  external: ['@google-cloud/functions-framework', 'node-fetch', 'https-proxy-agent'],
  legalComments: 'linked',
  logLevel: 'warning',
  write: false,
} as const satisfies BuildOptions;

const authLibraryApart: Plugin = {
  name: 'google-auth-library apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^google-auth-library$/ }, () => ({ path: './google-auth-library.cjs', external: true })),
};

const built = await Promise.all([
  build({ ...options, entryPoints: { function: 'src/index.ts' }, plugins: [authLibraryApart] }),
  build({ ...options, entryPoints: ['google-auth-library'] }),
]);

mkdirSync('dist', { recursive: true });
// What V8 compiled of earlier bundles must be gone before there are new ones: V8 tells them apart by their length only.
for (const name of ['function', 'google-auth-library']) rmSync(`dist/${name}.cache`, { force: true });
for (const { path, contents } of built.flatMap(({ outputFiles }) => outputFiles)) {
  // Renamed into place, so that whoever starts the function meanwhile reads a whole file.
  writeFileSync(`${path}.new`, contents);
  renameSync(`${path}.new`, path);
}
copyFileSync('src/framework/entry-point.cjs', 'dist/index.cjs');
