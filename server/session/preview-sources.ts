/** The session files that a preview consists of, as one deployment reads them. */

import { ProtocolError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { FileError } from '../files/file-system.ts';
import { joinPath, parsePath, splitPath } from '../files/paths.ts';
import type { FileView } from '../files/view.ts';
import type { FindFile, PreviewCode, StoredFile } from '../previews/contract.ts';
import type { SourceFile } from '../programs/program.ts';

/** The path that is served: of a directory, its `index.html`. Throws `ProtocolError`. */
export function servedPath(files: FileView, given: string): string {
  return refusing(() => {
    const path = parsePath(given);
    const kind = files.stat(path)?.kind;
    if (kind === 'file') return path;
    if (kind === undefined) throw new ProtocolError('BAD_REQUEST', `There is no file ${path} in the session.`);
    const page = joinPath(path, 'index.html');
    if (files.stat(page)?.kind === 'file') return page;
    throw new ProtocolError('BAD_REQUEST', `The directory ${path || '.'} has no index.html. Serve a file in it.`);
  });
}

/** Reads files for what is served, and knows afterwards whether others would be read. */
export class PreviewReading {
  readonly code: PreviewCode;
  /** The revision whose files its code was given to read; null while it was given none. */
  snapshotOf: number | null = null;
  readonly #page: string | null;
  /** What was asked for, and what was found then. */
  readonly #found: { readonly paths: readonly string[]; readonly version: string }[] = [];
  readonly #files: FileView;
  readonly #listed: string;

  /** Reads what is sent ahead: a page with all that is beside it. Throws `ProtocolError`. */
  constructor(files: FileView, entry: string) {
    this.#files = files;
    this.#page = /\.html?$/i.test(entry) ? splitPath(entry).parent : null;
    const paths = this.#page === null ? [] : refusing(() => filesBelow(files, this.#page ?? ''));
    this.#listed = listing(files, paths);
    this.code = { entry, ...readAll(files, paths) };
  }

  readonly file: FindFile = (paths) => {
    const { path, version } = find(this.#files, paths);
    this.#found.push({ paths, version });
    return path === null ? null : { path, bytes: this.#files.read(path) };
  };

  /** Whether a reading of `files` for its code would find the same. */
  isCurrent(files: FileView): boolean {
    if (this.#found.some(({ paths, version }) => find(files, paths).version !== version)) return false;
    return this.#page === null || listing(files, filesBelow(files, this.#page)) === this.#listed;
  }
}

function find(files: FileView, paths: readonly string[]): { path: string | null; version: string } {
  const path = paths.find((each) => isFile(files, each)) ?? null;
  return { path, version: path === null ? '' : `${path} ${files.version(path)}` };
}

function isFile(files: FileView, path: string): boolean {
  try {
    return files.stat(path)?.kind === 'file';
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

function listing(files: FileView, paths: readonly string[]): string {
  return paths.map((path) => `${path} ${files.version(path)}`).join('\n');
}

/** All but hidden ones; none if the directory is gone. */
function filesBelow(files: FileView, directory: string): string[] {
  if (files.stat(directory)?.kind !== 'directory') return [];
  return files
    .list(directory)
    .filter(({ name }) => !name.startsWith('.'))
    .flatMap(({ name, kind }) => {
      const path = joinPath(directory, name);
      return kind === 'file' ? [path] : filesBelow(files, path);
    });
}

/** What there is room for is read, small files first; the rest is read when somebody asks for it. */
function readAll(files: FileView, paths: readonly string[]): Pick<PreviewCode, 'sources' | 'beyond'> {
  const sources: SourceFile[] = [];
  const beyond: StoredFile[] = [];
  let room: number = LIMITS.programSources;
  const all = paths.map((path) => ({ path, size: files.stat(path)?.size ?? 0 })).sort((a, b) => a.size - b.size);
  for (const { path, size } of all) {
    room -= size;
    const isRead = room >= 0 && sources.length < LIMITS.programSourceFiles && files.stat(path)?.storedIn === 'sqlite';
    if (isRead) sources.push({ path, bytes: files.read(path) });
    else beyond.push({ path, size, version: files.version(path) });
  }
  return { sources, beyond };
}

function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof FileError) throw new ProtocolError('BAD_REQUEST', error.message);
    throw error;
  }
}
