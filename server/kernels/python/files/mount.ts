/**
 * The session's files as Python sees them: at /home/user, and at /tmp those of the directory `.tmp`, so that temporary
 * files are as durable as the heap that knows their names.
 */

import type { FileSystem } from '../../../files/file-system.ts';
import type { MountedFiles } from '../driver.ts';
import { ChangeTimes } from './change-times.ts';
import { describeStreams, reopenStreams } from './descriptors.ts';
import type { EmscriptenFs, FsNode } from './emscripten.ts';
import { Failures } from './errno.ts';
import { FileCache } from './file-cache.ts';
import { SessionNodes } from './node-operations.ts';
import { SessionStreams } from './stream-operations.ts';

const MOUNTS = [
  { mountpoint: '/home/user', root: '' },
  { mountpoint: '/tmp', root: '.tmp' },
] as const;

/** Mounts what `files` gives, which is asked for anew with each operation. */
export function mountSessionFiles(module: { readonly FS: EmscriptenFs }, files: () => FileSystem): MountedFiles {
  const fs = module.FS;
  const [cache, times, failures] = [new FileCache(files), new ChangeTimes(), new Failures(fs)];
  const mounted = MOUNTS.map(({ mountpoint, root }) => {
    const parts = { fs, files, cache, failures, times, root };
    const streams = new SessionStreams(parts);
    const nodes = new SessionNodes(parts, streams);
    fs.mkdirTree(mountpoint);
    return { streams, root: fs.mount({ mount: () => nodes.makeRoot() }, {}, mountpoint) };
  });
  const roots = new Set(mounted.map(({ root }) => root));
  return {
    flush: () => cache.flush(),
    invalidate: () => {
      cache.invalidate();
      times.forget();
      forgetNodes(fs, roots);
    },
    describe: () => describeStreams(fs, (stream) => mounted.some(({ streams }) => streams.isLost(stream))),
    reopen: (description) => reopenStreams(fs, description),
  };
}

/** Names are looked up again: what was a file may be a directory now, or be gone. */
function forgetNodes(fs: EmscriptenFs, roots: ReadonlySet<FsNode>): void {
  for (const first of [...fs.nameTable]) {
    for (let node = first; node; node = node.name_next) {
      if (!roots.has(node) && roots.has(rootOf(node))) fs.hashRemoveNode(node);
    }
  }
}

function rootOf(node: FsNode): FsNode {
  let each = node;
  while (each.parent !== each) each = each.parent;
  return each;
}
