/** What Python does by path: look up, make, move and remove. */

import type { FileStat, FileSystem } from '../../../files/file-system.ts';
import { joinPath } from '../../../files/paths.ts';
import type { ChangeTimes } from './change-times.ts';
import {
  type AttributeChanges,
  type Attributes,
  DIRECTORY_MODE,
  type EmscriptenFs,
  FILE_MODE,
  type FsNode,
  type NodeOperations,
  PERMISSIONS,
  type StreamOperations,
} from './emscripten.ts';
import type { Failures } from './errno.ts';
import type { FileCache } from './file-cache.ts';

export interface MountParts {
  readonly fs: EmscriptenFs;
  readonly files: () => FileSystem;
  readonly cache: FileCache;
  readonly failures: Failures;
  readonly times: ChangeTimes;
  /** The session path of the mount's root. */
  readonly root: string;
}

export class SessionNodes implements NodeOperations {
  readonly #parts: MountParts;
  readonly #streams: StreamOperations;

  constructor(parts: MountParts, streams: StreamOperations) {
    this.#parts = parts;
    this.#streams = streams;
    const { failures } = parts;
    this.getattr = failures.wrap(this, this.getattr);
    this.setattr = failures.wrap(this, this.setattr);
    this.lookup = failures.wrap(this, this.lookup);
    this.mknod = failures.wrap(this, this.mknod);
    this.rename = failures.wrap(this, this.rename);
    this.unlink = failures.wrap(this, this.unlink);
    this.rmdir = failures.wrap(this, this.rmdir);
    this.readdir = failures.wrap(this, this.readdir);
  }

  makeRoot(): FsNode {
    return this.#equip(this.#parts.fs.createNode(null, '/', DIRECTORY_MODE, 0));
  }

  getattr(node: FsNode): Attributes {
    const path = this.#pathOf(node);
    const stat = path === this.#parts.root ? ROOT : this.#stat(path);
    return attributesOf(this.#parts, path, node.mode, stat);
  }

  setattr(node: FsNode, { mode, size, mtime }: AttributeChanges): void {
    if (mode !== undefined) node.mode = (node.mode & ~PERMISSIONS) | (mode & PERMISSIONS);
    const { cache, files, times } = this.#parts;
    const path = this.#pathOf(node);
    if (mtime !== undefined) times.set(path, mtime);
    if (size === undefined) return;
    const cached = cache.find(path);
    if (cached) cached.resize(size);
    else files().truncate(path, size);
    times.touch(path);
  }

  lookup(parent: FsNode, name: string): FsNode {
    const stat = this.#stat(joinPath(this.#pathOf(parent), name));
    return this.#makeNode(parent, name, stat.kind);
  }

  mknod(parent: FsNode, name: string, mode: number): FsNode {
    const { failures, files, fs, times } = this.#parts;
    const directory = this.#pathOf(parent);
    const path = joinPath(directory, name);
    const kind = fs.isDir(mode) ? 'directory' : 'file';
    if (kind === 'file' && !fs.isFile(mode)) throw failures.of('EINVAL');
    // The directory behind /tmp is made when something is put there.
    if (directory === this.#parts.root && directory !== '') files().makeDirectory(directory, { recursive: true });
    if (kind === 'directory') files().makeDirectory(path, { recursive: false });
    else files().write(path, new Uint8Array());
    times.touch(directory);
    return this.#makeNode(parent, name, kind);
  }

  rename(node: FsNode, directory: FsNode, name: string): void {
    const { cache, files, times } = this.#parts;
    const [from, to] = [this.#pathOf(node), joinPath(this.#pathOf(directory), name)];
    this.#forgetNode(directory, name);
    // Whatever is at the destination is read before it is replaced, for the streams that have it open.
    if (files().stat(to)?.kind === 'file') cache.remove(to);
    files().rename(from, to);
    cache.rename(from, to);
    times.touch(this.#pathOf(node.parent));
    times.touch(this.#pathOf(directory));
    node.name = name;
  }

  unlink(parent: FsNode, name: string): void {
    const path = joinPath(this.#pathOf(parent), name);
    this.#parts.cache.remove(path);
    this.#parts.files().remove(path, { recursive: false });
    this.#parts.times.touch(this.#pathOf(parent));
  }

  rmdir(parent: FsNode, name: string): void {
    const path = joinPath(this.#pathOf(parent), name);
    if (this.#stat(path).kind !== 'directory') throw this.#parts.failures.of('ENOTDIR');
    this.#parts.files().remove(path, { recursive: false });
    this.#parts.times.touch(this.#pathOf(parent));
  }

  readdir(node: FsNode): string[] {
    const { files, root } = this.#parts;
    const path = this.#pathOf(node);
    if (path === root && files().stat(path) === null) return ['.', '..'];
    return [
      '.',
      '..',
      ...files()
        .list(path)
        .map(({ name }) => name),
    ];
  }

  #makeNode(parent: FsNode, name: string, kind: FileStat['kind']): FsNode {
    const mode = kind === 'directory' ? DIRECTORY_MODE : FILE_MODE;
    return this.#equip(this.#parts.fs.createNode(parent, name, mode, 0));
  }

  #equip(node: FsNode): FsNode {
    node.node_ops = this;
    node.stream_ops = this.#streams;
    return node;
  }

  #stat(path: string): FileStat {
    const stat = this.#parts.files().stat(path);
    if (!stat) throw this.#parts.failures.of('ENOENT');
    return stat;
  }

  #forgetNode(parent: FsNode, name: string): void {
    try {
      this.#parts.fs.hashRemoveNode(this.#parts.fs.lookupNode(parent, name));
    } catch (error) {
      if (!(error instanceof this.#parts.fs.ErrnoError)) throw error;
    }
  }

  #pathOf(node: FsNode): string {
    return pathOf(node, this.#parts.root);
  }
}

const ROOT: FileStat = { kind: 'directory', size: 0, modifiedAt: 0, storedIn: 'sqlite' };

/** The session path of a node. */
export function pathOf(node: FsNode, root: string): string {
  const names: string[] = [];
  for (let each = node; each.parent !== each; each = each.parent) names.push(each.name);
  return names.reduceRight((path, name) => joinPath(path, name), root);
}

/** What `stat` tells. Files of one path have one number, also after a restore: SQLite knows its files again by it. */
export function attributesOf(
  { cache, times }: MountParts,
  path: string,
  mode: number,
  stat: Pick<FileStat, 'size' | 'modifiedAt'>,
): Attributes {
  const size = cache.find(path)?.size ?? stat.size;
  const time = new Date(times.of(path) ?? stat.modifiedAt);
  const owner = { dev: 1, nlink: 1, uid: 0, gid: 0, rdev: 0, blksize: 4096 };
  return {
    ...owner,
    ino: hash(path),
    mode,
    size,
    atime: time,
    mtime: time,
    ctime: time,
    blocks: Math.ceil(size / 512),
  };
}

/** 48 bits that differ between paths. */
function hash(text: string): number {
  let [low, high] = [0x811c9dc5, 0x1b873593];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x85ebca6b) + (low >>> 15);
  }
  return (low >>> 0) + (high & 0xffff) * 2 ** 32;
}
