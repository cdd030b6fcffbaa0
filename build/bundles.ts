import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

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
  // dist/LICENSES.txt has every licence; what authors wrote into their code beside that stays where they wrote it.
  legalComments: 'inline',
  logLevel: 'warning',
  metafile: true,
  write: false,
} as const satisfies BuildOptions;

const ofFunction = {
  ...options,
  inject: ['src/google/light-web.ts'],
  // The last two are never loaded: the library gets our HTTP client, and its proxies are not used.
  external: ['@google-cloud/functions-framework', 'node-fetch', 'https-proxy-agent'],
} as const satisfies BuildOptions;

const authLibraryApart: Plugin = {
  name: 'google-auth-library apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^google-auth-library$/ }, () => ({ path: './google-auth-library.cjs', external: true })),
};

/** Where the framework has its modules. */
export const FRAMEWORK: string = dirname(createRequire(import.meta.url).resolve('@google-cloud/functions-framework'));

/** Each module of the framework by its path, as a function that runs it when it is first called, and brings it. */
function framework() {
  const modules = globSync('**/*.js', { cwd: FRAMEWORK }).map((file) => JSON.stringify(file.replaceAll('\\', '/')));
  const contents = modules.map((file) => `exports[${file}] = () => require('./' + ${file});`).join('\n');
  return build({
    ...options,
    stdin: { contents, resolveDir: FRAMEWORK, sourcefile: 'framework.cjs' },
    entryNames: 'framework',
  });
}

/**
 * Makes all of the function in three files, because finding and reading many costs tens of milliseconds at every cold
 * start.
 *
 * dist/function.cjs is what every request needs. dist/google-auth-library.cjs is loaded with the first request that
 * needs a token: a refused one need not wait until two thirds of that code are read. dist/framework.cjs has the
 * framework's modules, for src/framework/preload.cjs; it is not part of the function, which would be registered with a
 * copy otherwise. CommonJS, because the framework loads that without looking for a package.json first.
 */
export const makeBundles = () =>
  Promise.all([
    build({ ...ofFunction, entryPoints: { function: 'src/index.ts' }, plugins: [authLibraryApart] }),
    build({ ...ofFunction, entryPoints: ['google-auth-library'] }),
    framework(),
  ]);
