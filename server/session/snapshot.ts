/** The files of a session as code that runs elsewhere is given them ahead. */

import type { FileSystem } from '../files/file-system.ts';
import { joinPath } from '../files/paths.ts';
import type { Snapshot } from '../programs/asks.ts';

/** Contents that are given ahead; of what is beyond, only the name and the size. */
const PRELOAD_BYTES = 16 * 1024 * 1024;

/** All of `files`, which are those of `revision`. */
export function snapshotOf(files: FileSystem, revision: number): Snapshot {
  const found: Snapshot['files'][number][] = [];
  let room = PRELOAD_BYTES;
  const directories = [''];
  for (const directory of directories) {
    for (const { name, kind, size, modifiedAt, storedIn } of files.list(directory)) {
      const path = joinPath(directory, name);
      const isAhead = kind === 'file' && storedIn === 'sqlite' && size <= room;
      if (isAhead) room -= size;
      if (kind === 'directory') directories.push(path);
      found.push({ path, kind, size, modifiedAt, bytes: isAhead ? files.read(path) : null });
    }
  }
  return { revision, files: found };
}
