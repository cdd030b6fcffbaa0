import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join, relative } from 'node:path';

/** Milliseconds of quiet after which changes count as done: an editor writes a file in several steps. */
const QUIET = 50;

/**
 * Tells `onChange` the path of the last file that changed in a folder or below, once it is quiet again. Each folder is
 * watched by itself: Node's own recursive watching on Linux is about files, and loses one that an editor saves by putting a
 * new file in its place.
 */
export function watchFolder(folder: string, onChange: (path: string) => void): Disposable {
  const watchers = new Map<string, FSWatcher>();
  let settled: NodeJS.Timeout | undefined;

  function follow(): void {
    const there = new Set(foldersIn(folder));
    for (const [gone, watcher] of watchers) {
      if (there.has(gone)) continue;
      watcher.close();
      watchers.delete(gone);
    }
    for (const path of there) if (!watchers.has(path)) watchers.set(path, watchOne(path));
  }

  function watchOne(path: string): FSWatcher {
    const watcher = watch(path, (_, name) => {
      clearTimeout(settled);
      settled = setTimeout(settle, QUIET, relative(folder, join(path, name ?? '')));
    });
    // It was deleted, which its parent tells too.
    return watcher.on('error', () => {});
  }

  function settle(path: string): void {
    try {
      follow();
    } catch {
      // A folder went while this was at it, which is the next change to be told.
    }
    onChange(path);
  }

  follow();
  return {
    [Symbol.dispose]() {
      clearTimeout(settled);
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

function foldersIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const below = entries.filter((entry) => entry.isDirectory());
  return [folder, ...below.map((entry) => join(entry.parentPath, entry.name))];
}
