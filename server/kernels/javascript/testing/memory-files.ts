/** A small file system in memory, for tests of the kernel alone. */

import {
  type DirectoryEntry,
  FileError,
  type FileStat,
  type FileSystem,
  type KeyValue,
  type LargeFileSystem,
} from '../../../files/file-system.ts';

type Entry = { kind: 'directory' } | { kind: 'file'; bytes: Uint8Array };

/** Without quotas and times; otherwise as file-system.ts says. */
export class MemoryFiles implements FileSystem {
  readonly #entries = new Map<string, Entry>([['', { kind: 'directory' }]]);

  stat(path: string): FileStat | null {
    const entry = this.#entries.get(path);
    if (!entry) return null;
    const size = entry.kind === 'file' ? entry.bytes.byteLength : 0;
    return { kind: entry.kind, size, modifiedAt: 0, storedIn: 'sqlite' };
  }

  list(path: string): DirectoryEntry[] {
    if (this.#need(path).kind !== 'directory') throw new FileError('ENOTDIR', path, `${path} is no directory`);
    return [...this.#entries.keys()]
      .filter((candidate) => candidate !== '' && parentOf(candidate) === path)
      .toSorted()
      .map((child) => ({ name: child.slice(path === '' ? 0 : path.length + 1), ...(this.stat(child) as FileStat) }));
  }

  read(path: string, offset = 0, length = Number.POSITIVE_INFINITY): Uint8Array {
    return this.#file(path).bytes.slice(offset, offset + length);
  }

  write(path: string, bytes: Uint8Array): void {
    if (this.#need(parentOf(path)).kind !== 'directory')
      throw new FileError('ENOTDIR', path, `${path} is below a file`);
    if (this.#entries.get(path)?.kind === 'directory') throw new FileError('EISDIR', path, `${path} is a directory`);
    this.#entries.set(path, { kind: 'file', bytes: bytes.slice() });
  }

  writeAt(path: string, offset: number, bytes: Uint8Array): void {
    const before = this.#entries.has(path) ? this.#file(path).bytes : new Uint8Array();
    const after = new Uint8Array(Math.max(before.byteLength, offset + bytes.byteLength));
    after.set(before);
    after.set(bytes, offset);
    this.write(path, after);
  }

  copy(from: string, to: string): void {
    this.write(to, this.#file(from).bytes);
  }

  truncate(path: string, size: number): void {
    const after = new Uint8Array(size);
    after.set(this.#file(path).bytes.subarray(0, size));
    this.write(path, after);
  }

  makeDirectory(path: string, { recursive }: { recursive: boolean }): void {
    if (this.#entries.has(path)) {
      if (recursive && this.#need(path).kind === 'directory') return;
      throw new FileError('EEXIST', path, `${path} exists`);
    }
    if (recursive) this.makeDirectory(parentOf(path), { recursive });
    this.#need(parentOf(path));
    this.#entries.set(path, { kind: 'directory' });
  }

  remove(path: string, { recursive }: { recursive: boolean }): void {
    this.#need(path);
    const below = [...this.#entries.keys()].filter((candidate) => candidate.startsWith(`${path}/`));
    if (below.length > 0 && !recursive) throw new FileError('ENOTEMPTY', path, `${path} is not empty`);
    for (const candidate of [path, ...below]) this.#entries.delete(candidate);
  }

  rename(from: string, to: string): void {
    this.#need(from);
    for (const [path, entry] of [...this.#entries]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.#entries.delete(path);
      this.#entries.set(to + path.slice(from.length), entry);
    }
  }

  #need(path: string): Entry {
    const entry = this.#entries.get(path);
    if (!entry) throw new FileError('ENOENT', path, `no such file or directory: ${path}`);
    return entry;
  }

  #file(path: string): { bytes: Uint8Array } {
    const entry = this.#need(path);
    if (entry.kind !== 'file') throw new FileError('EISDIR', path, `${path} is a directory`);
    return entry;
  }
}

export class MemoryKeyValue implements KeyValue {
  readonly #values = new Map<string, Uint8Array>();

  get(key: string): Uint8Array | null {
    return this.#values.get(key)?.slice() ?? null;
  }

  set(key: string, value: Uint8Array): void {
    this.#values.set(key, value.slice());
  }

  delete(key: string): boolean {
    return this.#values.delete(key);
  }

  list(prefix: string): string[] {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix)).toSorted();
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Where there are no files of any size but those in memory. */
export const noLargeFiles: LargeFileSystem = {
  read: async (path) => {
    throw new FileError('ENOENT', path, `${path} is no large file`);
  },
  store: async (path) => {
    throw new FileError('ENOSPC', path, `there is no room for ${path}`);
  },
  place: (path) => {
    throw new FileError('ENOSPC', path, `there is no room for ${path}`);
  },
};
