/** The synchronous half of `fs`, on the session's files. The other halves are made of it. */

import { bytesOf } from '../core/bytes.ts';
import { host } from '../core/host.ts';
import type { HostDirectoryEntry, HostFileStat } from '../host-calls.ts';
import { Buffer } from './buffer.ts';
import { decode } from './encodings.ts';
import { Dirent, encode, encodingOf, Stats } from './fs-data.ts';
import { attempt, fsError, nameOf, sessionPath } from './fs-path.ts';

export type Path = string | URL | Uint8Array;
export type Options = object | string | null | undefined;

export function option<T>(options: unknown, name: string): T | undefined {
  return typeof options === 'object' && options !== null ? (Reflect.get(options, name) as T | undefined) : undefined;
}

/** Where a path leads: what to ask the host for, and how errors call it. */
export function at(path: unknown, syscall: string): { file: string; place: { syscall: string; path: string } } {
  const name = nameOf(path);
  return { file: sessionPath(name, syscall), place: { syscall, path: name } };
}

export function statOf(file: string): HostFileStat | null {
  const json = host.fileStat(file);
  return json === null ? null : JSON.parse(json);
}

function readFileSync(path: Path, options?: Options): Buffer | string {
  const encoding = encodingOf(options);
  const { file, place } = at(path, 'open');
  if (statOf(file)?.kind === 'directory') throw fsError('EISDIR', { syscall: 'read' });
  const bytes = new Buffer(attempt(place, () => host.fileRead(file, 0, -1)));
  return encoding === undefined ? bytes : decode(bytes, encoding);
}

function writeFileSync(path: Path, data: unknown, options?: Options): void {
  const bytes = bytesOf(encode(data, encodingOf(options)));
  const { file, place } = at(path, 'open');
  const flag = option<string>(options, 'flag') ?? 'w';
  const existing = statOf(file);
  if (existing?.kind === 'directory') throw fsError('EISDIR', place);
  if (flag.includes('x') && existing !== null) throw fsError('EEXIST', place);
  if (flag.startsWith('r') && existing === null) throw fsError('ENOENT', place);
  if (flag.startsWith('a') && existing !== null) attempt(place, () => host.fileWriteAt(file, existing.size, bytes));
  else if (flag.startsWith('r')) attempt(place, () => host.fileWriteAt(file, 0, bytes));
  else attempt(place, () => host.fileWrite(file, bytes));
}

function appendFileSync(path: Path, data: unknown, options?: Options): void {
  writeFileSync(path, data, { encoding: encodingOf(options), flag: 'a' });
}

function statSync(path: Path, options?: Options): Stats | undefined {
  const { file, place } = at(path, 'stat');
  const stat = attempt(place, () => statOf(file));
  if (stat !== null) return new Stats(stat);
  if (option(options, 'throwIfNoEntry') === false) return undefined;
  throw fsError('ENOENT', place);
}

function existsSync(path: unknown): boolean {
  try {
    return statOf(at(path, 'access').file) !== null;
  } catch {
    return false;
  }
}

function accessSync(path: Path): void {
  const { file, place } = at(path, 'access');
  if (attempt(place, () => statOf(file)) === null) throw fsError('ENOENT', place);
}

function readdirSync(path: Path, options?: Options): (string | Dirent)[] {
  const { file, place } = at(path, 'scandir');
  const isRecursive = option(options, 'recursive') === true;
  const withTypes = option(options, 'withFileTypes') === true;
  const found: (string | Dirent)[] = [];
  const visit = (directory: string, prefix: string): void => {
    const entries: HostDirectoryEntry[] = JSON.parse(attempt(place, () => host.fileList(directory)));
    for (const { name, kind } of entries) {
      const parent = prefix === '' ? place.path : `${place.path}/${prefix.slice(0, -1)}`;
      found.push(withTypes ? new Dirent(name, parent, kind) : prefix + name);
      if (isRecursive && kind === 'directory')
        visit(directory === '' ? name : `${directory}/${name}`, `${prefix}${name}/`);
    }
  };
  visit(file, '');
  return found;
}

function mkdirSync(path: Path, options?: Options | number): string | undefined {
  const { file, place } = at(path, 'mkdir');
  const recursive = option(options, 'recursive') === true;
  const isNew = recursive && statOf(file) === null;
  attempt(place, () => host.fileMakeDirectory(file, recursive));
  return isNew ? place.path : undefined;
}

function rmSync(path: Path, options?: Options): void {
  const { file, place } = at(path, 'rm');
  const stat = attempt(place, () => statOf(file));
  if (stat === null) {
    if (option(options, 'force') === true) return;
    throw fsError('ENOENT', place);
  }
  const recursive = option(options, 'recursive') === true;
  if (stat.kind === 'directory' && !recursive) throw fsError('EISDIR', place, 'give {recursive: true}');
  attempt(place, () => host.fileRemove(file, recursive));
}

function rmdirSync(path: Path, options?: Options): void {
  const { file, place } = at(path, 'rmdir');
  const stat = attempt(place, () => statOf(file));
  if (stat?.kind === 'file') throw fsError('ENOTDIR', place);
  attempt(place, () => host.fileRemove(file, option(options, 'recursive') === true));
}

function unlinkSync(path: Path): void {
  const { file, place } = at(path, 'unlink');
  if (attempt(place, () => statOf(file))?.kind === 'directory') throw fsError('EISDIR', place);
  attempt(place, () => host.fileRemove(file, false));
}

function renameSync(from: Path, to: Path): void {
  const source = at(from, 'rename');
  const target = at(to, 'rename');
  attempt({ ...source.place, dest: target.place.path }, () => host.fileRename(source.file, target.file));
}

/** `mode` 1 is `COPYFILE_EXCL`. */
function copyFileSync(from: Path, to: Path, mode = 0): void {
  const source = at(from, 'copyfile');
  const target = at(to, 'copyfile');
  const place = { ...source.place, dest: target.place.path };
  if ((mode & 1) !== 0 && statOf(target.file) !== null) throw fsError('EEXIST', place);
  if (statOf(source.file)?.kind === 'directory') throw fsError('EISDIR', place);
  attempt(place, () => host.fileCopy(source.file, target.file));
}

function truncateSync(path: Path, size = 0): void {
  const { file, place } = at(path, 'open');
  attempt(place, () => host.fileTruncate(file, size));
}

export const sync = {
  accessSync,
  appendFileSync,
  copyFileSync,
  existsSync,
  lstatSync: statSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
};
