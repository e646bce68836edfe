/** The part of Emscripten's file system that the session's files are mounted into. Modes and flags are those of POSIX. */

export interface FsNode {
  readonly id: number;
  name: string;
  mode: number;
  /** The root of a mount is its own parent. */
  parent: FsNode;
  readonly mount: FsMount;
  /** The next node of the same chain of the name table. */
  readonly name_next?: FsNode;
  node_ops: NodeOperations;
  stream_ops: StreamOperations;
}

interface FsMount {
  readonly mountpoint: string;
}

export interface FsStream {
  readonly fd: number;
  readonly node: FsNode;
  readonly path: string;
  readonly flags: number;
  position: number;
  /** What stands behind a stream that is no file. */
  readonly devops?: object;
  /** There if the stream is a terminal. */
  tty?: object | undefined;
  /** What a stream and its duplicates have in common. */
  readonly shared: object;
}

export interface Attributes {
  readonly dev: number;
  readonly ino: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly size: number;
  readonly atime: Date;
  readonly mtime: Date;
  readonly ctime: Date;
  readonly blksize: number;
  readonly blocks: number;
}

/** What a change of attributes asks for; the rest stays. */
export interface AttributeChanges {
  readonly mode?: number;
  readonly size?: number;
  /** Milliseconds since the epoch. */
  readonly mtime?: number;
}

export interface NodeOperations {
  getattr(node: FsNode): Attributes;
  setattr(node: FsNode, changes: AttributeChanges): void;
  lookup(parent: FsNode, name: string): FsNode;
  mknod(parent: FsNode, name: string, mode: number): FsNode;
  rename(node: FsNode, directory: FsNode, name: string): void;
  unlink(parent: FsNode, name: string): void;
  rmdir(parent: FsNode, name: string): void;
  readdir(node: FsNode): string[];
}

export interface StreamOperations {
  open(stream: FsStream): void;
  dup(stream: FsStream): void;
  close(stream: FsStream): void;
  getattr(stream: FsStream): Attributes;
  setattr(stream: FsStream, changes: AttributeChanges): void;
  read(stream: FsStream, buffer: Int8Array | Uint8Array, offset: number, length: number, position: number): number;
  write(stream: FsStream, buffer: Int8Array | Uint8Array, offset: number, length: number, position: number): number;
  llseek(stream: FsStream, offset: number, whence: number): number;
  fsync(stream: FsStream): void;
}

export interface EmscriptenFs {
  readonly ErrnoError: new (errno: number) => object;
  /** Chains of nodes by hash. */
  readonly nameTable: (FsNode | undefined)[];
  /** By descriptor. */
  readonly streams: (FsStream | null | undefined)[];
  mkdirTree(path: string): void;
  mount(type: { mount(mount: FsMount): FsNode }, options: object, mountpoint: string): FsNode;
  createNode(parent: FsNode | null, name: string, mode: number, device: number): FsNode;
  createStream(stream: object, fd: number): FsStream;
  /** A second descriptor of the same stream. */
  dupStream(stream: FsStream, fd: number): FsStream;
  lookupNode(parent: FsNode, name: string): FsNode;
  lookupPath(path: string): { readonly node: FsNode };
  hashRemoveNode(node: FsNode): void;
  isDir(mode: number): boolean;
  isFile(mode: number): boolean;
  isSocket(mode: number): boolean;
  isFIFO(mode: number): boolean;
}

export const DIRECTORY_MODE = 0o040755;
export const FILE_MODE = 0o100644;
/** The bits of a mode that `chmod` changes. */
export const PERMISSIONS = 0o7777;
