/*
 * Brings Node.js 24 to a host whose own is older: what package-lock.json beside this names by its hash, and nothing
 * else, linked to where npm scripts look first. Runs after `npm ci`, on whatever Node.js the host has.
 */
'use strict';
const { spawnSync } = require('node:child_process');
const { existsSync, linkSync, readdirSync, rmSync, symlinkSync } = require('node:fs');
const { basename, dirname, join, relative } = require('node:path');

if (Number(process.versions.node.split('.')[0]) < 24) bring();

function bring() {
  // npm tells its scripts where it is itself: on Windows it is no program that could be started by its name.
  const npm = process.env.npm_execpath;
  const options = ['ci', `--prefix=${__dirname}`, '--ignore-scripts', '--include=optional', '--no-audit', '--no-fund'];
  const { status } = spawnSync(process.execPath, [npm, ...options, '--loglevel=error'], { stdio: 'inherit' });
  if (status !== 0) process.exit(status || 1);
  const found = binaries();
  // Where there is none for this platform, each script says by need.cjs what to do.
  if (found.length > 0) link(found[0]);
}

function binaries() {
  const modules = join(__dirname, 'node_modules');
  const packages = existsSync(modules) ? readdirSync(modules).filter((name) => name.startsWith('node-')) : [];
  return packages
    .flatMap((name) => ['node', 'node.exe'].map((file) => join(modules, name, 'bin', file)))
    .filter((file) => existsSync(file));
}

function link(binary) {
  const at = join(__dirname, '../../node_modules/.bin', basename(binary));
  rmSync(at, { force: true });
  // Windows lets only administrators make symbolic links.
  if (process.platform === 'win32') linkSync(binary, at);
  else symlinkSync(relative(dirname(at), binary), at);
}
