/** The files of a session with those that came with a program laid over them. */

import { type DirectoryEntry, FileError, type FileStat, type FileSystem } from '../files/file-system.ts';
import { joinPath } from '../files/paths.ts';
import type { SourceFile } from './program.ts';

/** What came with the program is only read from: a file that the program changes becomes one of the session. */
export class SourceFiles implements FileSystem {
  readonly #sources: Map<string, Uint8Array>;
  readonly #own: () => FileSystem;

  /** `own`: the session's files as they are then. */
  constructor(sources: readonly SourceFile[], own: () => FileSystem) {
    this.#sources = new Map(sources.map(({ path, bytes }) => [path, bytes]));
    this.#own = own;
  }

  stat(path: string): FileStat | null {
    const source = this.#sources.get(path);
    if (source !== undefined) return { kind: 'file', size: source.length, modifiedAt: 0, storedIn: 'sqlite' };
    const found = this.#own().stat(path);
    if (found !== null || this.#below(path).length === 0) return found;
    return { kind: 'directory', size: 0, modifiedAt: 0, storedIn: 'sqlite' };
  }

  list(path: string): DirectoryEntry[] {
    const own = this.#own();
    const isOwn = path === '' || own.stat(path) !== null;
    const below = this.#below(path);
    if (isOwn && below.length === 0) return own.list(path);
    const names = new Set(isOwn ? own.list(path).map(({ name }) => name) : []);
    for (const each of below) names.add(each.slice(path === '' ? 0 : path.length + 1).split('/', 1)[0] ?? '');
    return [...names].sort().flatMap((name) => {
      const stat = this.stat(joinPath(path, name));
      return stat === null ? [] : [{ name, ...stat }];
    });
  }

  read(path: string, offset = 0, length?: number): Uint8Array {
    const source = this.#sources.get(path);
    if (source === undefined) return this.#own().read(path, offset, length);
    return source.slice(offset, length === undefined ? undefined : offset + length);
  }

  write(path: string, bytes: Uint8Array): void {
    this.#makeParent(path);
    this.#own().write(path, bytes);
    this.#sources.delete(path);
  }

  writeAt(path: string, offset: number, bytes: Uint8Array): void {
    this.#take(path);
    this.#own().writeAt(path, offset, bytes);
  }

  truncate(path: string, size: number): void {
    this.#take(path);
    this.#own().truncate(path, size);
  }

  makeDirectory(path: string, options: { recursive: boolean }): void {
    if (!options.recursive && this.stat(path) !== null) {
      throw new FileError('EEXIST', path, `There is something at "${path}" already.`);
    }
    this.#makeParent(path);
    this.#own().makeDirectory(path, options);
  }

  remove(path: string, options: { recursive: boolean }): void {
    const below = this.#below(path);
    if (below.length > 0 && !options.recursive) {
      throw new FileError('ENOTEMPTY', path, `The directory "${path}" is not empty.`);
    }
    const isSource = this.#sources.has(path) || below.length > 0;
    if (!isSource || this.#own().stat(path) !== null) this.#own().remove(path, options);
    for (const each of [path, ...below]) this.#sources.delete(each);
  }

  rename(from: string, to: string): void {
    this.#takeAll(from);
    this.#makeParent(to);
    this.#own().rename(from, to);
    this.#sources.delete(to);
  }

  copy(from: string, to: string): void {
    this.#takeAll(from);
    this.#makeParent(to);
    this.#own().copy(from, to);
    this.#sources.delete(to);
  }

  #below(path: string): string[] {
    if (path === '') return [...this.#sources.keys()];
    return [...this.#sources.keys()].filter((each) => each.startsWith(`${path}/`));
  }

  /** Makes a source a file of the session. */
  #take(path: string): void {
    this.#makeParent(path);
    const source = this.#sources.get(path);
    if (source !== undefined) this.write(path, source);
  }

  #takeAll(path: string): void {
    for (const each of [path, ...this.#below(path)]) this.#take(each);
  }

  /** A directory that only sources are in is none of the session's yet. */
  #makeParent(path: string): void {
    const parent = path.split('/').slice(0, -1).join('/');
    const own = this.#own();
    if (parent === '' || own.stat(parent) !== null || this.#below(parent).length === 0) return;
    own.makeDirectory(parent, { recursive: true });
  }
}
