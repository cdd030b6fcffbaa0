import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { makeBundles } from './bundles.ts';
import { licensesOf } from './licenses.ts';

/* Writes what is deployed into dist/, but for what build/warm-up.ts adds. */

const built = await makeBundles();

mkdirSync('dist', { recursive: true });
for (const { path, contents } of built.flatMap(({ outputFiles }) => outputFiles)) {
  // What V8 compiled of an earlier bundle goes before there is a new one: V8 tells them apart by their length only.
  rmSync(path.replace(/cjs$/, 'cache'), { force: true });
  // Renamed into place, so that whoever starts the function meanwhile reads a whole file.
  writeFileSync(`${path}.new`, contents);
  renameSync(`${path}.new`, path);
}
for (const name of ['load-compiled', 'preload']) copyFileSync(`src/framework/${name}.cjs`, `dist/${name}.cjs`);
copyFileSync('src/framework/entry-point.cjs', 'dist/index.cjs');
writeFileSync('dist/LICENSES.txt', licensesOf(built.flatMap(({ metafile }) => Object.keys(metafile.inputs))));
