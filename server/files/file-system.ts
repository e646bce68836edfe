/**
 * The synchronous file system that kernels and programs see.
 *
 * Paths are session paths: relative to `/home/user`, `/`-separated, normalised, without `.`, `..`, empty segments or
 * control characters; `''` is the working directory itself. `parsePath` (paths.ts) makes one from what a user wrote.
 */

import type { LargeFile } from './rows.ts';

/** The names Node gives these failures, so that guests see the errors they know. */
export type FileErrorCode =
  | 'ENOENT'
  | 'EEXIST'
  | 'ENOTDIR'
  | 'EISDIR'
  | 'ENOTEMPTY'
  | 'EINVAL'
  | 'ENAMETOOLONG'
  | 'EFBIG'
  | 'ENOSPC'
  | 'EACCES'
  | 'EIO';

export class FileError extends Error {
  override readonly name = 'FileError';
  readonly code: FileErrorCode;
  readonly path: string;

  constructor(code: FileErrorCode, path: string, message: string) {
    super(message);
    this.code = code;
    this.path = path;
  }
}

export interface FileStat {
  readonly kind: 'file' | 'directory';
  /** Bytes; 0 for a directory. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  /** Where the contents are: those in `r2` are out of reach of `FileSystem`. */
  readonly storedIn: 'sqlite' | 'r2';
}

export interface DirectoryEntry extends FileStat {
  readonly name: string;
}

/** Every operation throws `FileError` on failure and changes nothing then. */
export interface FileSystem {
  stat(path: string): FileStat | null;
  /** Direct children, sorted by name. */
  list(path: string): DirectoryEntry[];
  /** Up to `length` bytes from `offset`; by default all of it. Fewer bytes at the end of the file. */
  read(path: string, offset?: number, length?: number): Uint8Array;
  /** Replaces the file or creates it; its directory must exist. */
  write(path: string, bytes: Uint8Array): void;
  /** Overwrites or extends from `offset` (a gap reads as zeros), touching only the 64 KiB chunks concerned. */
  writeAt(path: string, offset: number, bytes: Uint8Array): void;
  truncate(path: string, size: number): void;
  makeDirectory(path: string, options: { recursive: boolean }): void;
  /** A directory must be empty unless `recursive`. */
  remove(path: string, options: { recursive: boolean }): void;
  /** As POSIX rename: replaces a file at the destination; moves directories with their contents. */
  rename(from: string, to: string): void;
  /** A file, or a directory with its contents, to where nothing is; a file replaces a file. The bytes are shared. */
  copy(from: string, to: string): void;
}

/** Files of any size, and so without their bytes at hand: beside `FileSystem`, on the same files. */
export interface LargeFileSystem {
  /** The bytes from `offset`, `length` of them, or all. Rejects with `FileError`. */
  read(path: string, offset?: number, length?: number): Promise<ReadableStream<Uint8Array>>;
  /**
   * Stores what may become the contents of a file, and changes none. It is for `place`, of this writer or a later one of
   * the same kernel; what the kernel does not place until it ends is deleted. Rejects with `FileError`.
   */
  store(path: string, source: AsyncIterable<Uint8Array>): Promise<LargeFile>;
  /** Replaces the file or creates it, as `write` does. Throws `FileError`; then the contents are let go. */
  place(path: string, contents: LargeFile): void;
}

/** The session's key-value store. Keys are non-empty strings of at most 1024 UTF-8 bytes, values bytes of at most 1 MiB. */
export interface KeyValue {
  get(key: string): Uint8Array | null;
  set(key: string, value: Uint8Array): void;
  delete(key: string): boolean;
  /** Keys that start with `prefix`, sorted. */
  list(prefix: string): string[];
}
