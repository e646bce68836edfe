/** The session as one program sees it: its files, which it changes in an overlay of its own until that is committed. */

import type { FileStore } from '../files/file-store.ts';
import { FileError, type FileSystem } from '../files/file-system.ts';
import type { LargeFiles } from '../files/large-files.ts';
import type { Overlay } from '../files/overlay.ts';
import { checkPath } from '../files/paths.ts';
import type { Change, SessionFile, Snapshot } from '../programs/asks.ts';
import type { ProgramSession } from '../programs/program.ts';
import { KernelLargeFiles } from './kernel-large-files.ts';
import { snapshotOf } from './snapshot.ts';

export class ProgramFiles implements ProgramSession {
  readonly #files: FileStore;
  readonly #largeFiles: KernelLargeFiles | null;
  readonly #commit: ((overlay: Overlay) => void) | null;
  #overlay: Overlay | null;
  #failure: FileError | null = null;
  #isOver = false;

  /**
   * `commit` puts what was written into the session, the overlay is used up; null: nothing is committed before the end.
   * `large`: see `ProgramSession.direct`. `overlay`: what it begins with, null for the head.
   */
  constructor(
    files: FileStore,
    commit: ((overlay: Overlay) => void) | null,
    large: LargeFiles | null = null,
    overlay: Overlay | null = null,
  ) {
    this.#files = files;
    this.#overlay = overlay;
    this.#largeFiles = large && new KernelLargeFiles(large);
    this.#commit = commit;
  }

  /** Why a change could not be made; null while all could. From then on no more are made. */
  get failure(): FileError | null {
    return this.#failure;
  }

  /** Gives away what is not committed yet; null if there is nothing. */
  take(): Overlay | null {
    const overlay = this.#overlay;
    this.#overlay = null;
    return overlay;
  }

  /** The program has ended: drops what is not committed. */
  discard(): void {
    this.take()?.discard();
    this.#largeFiles?.letGo();
    this.#isOver = true;
  }

  get direct(): ProgramSession['direct'] {
    const largeFiles = this.#largeFiles?.within(() => this.#open());
    return largeFiles === undefined ? null : () => ({ ...this.#direct(), largeFiles });
  }

  file(paths: readonly string[]): SessionFile | null {
    const files = this.#view();
    for (const path of paths) {
      if (statOf(files, path)?.kind === 'file') return { path, bytes: files.read(path) };
    }
    return null;
  }

  async part(path: string, offset: number, length: number): Promise<Uint8Array | null> {
    const stat = statOf(this.#view(), path);
    if (stat?.kind !== 'file') return null;
    if (offset >= stat.size) return new Uint8Array(0);
    const large = this.#largeFiles?.within(() => this.#open());
    if (large === undefined) return this.#view().read(path, offset, length);
    return new Uint8Array(await new Response(await large.read(path, offset, length)).arrayBuffer());
  }

  snapshot(): Snapshot {
    // Opened now: what others change from here on is a conflict if the program changes it too.
    const { files, opened } = this.#open();
    return snapshotOf(files, opened);
  }

  change(change: Change): void {
    if (this.#failure !== null) return;
    try {
      applyChange(this.#open().files, change);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.#failure = error;
    }
  }

  commit(): void {
    if (this.#failure !== null || this.#commit === null) return;
    const overlay = this.take();
    if (overlay === null) return;
    this.#commit(overlay);
    this.#open();
  }

  #direct(): Pick<Overlay, 'files' | 'kv'> {
    if (this.#isOver) throw new FileError('EACCES', '', 'The program has ended: it has no files any more.');
    const { files, kv } = this.#open();
    return { files, kv };
  }

  #open(): Overlay {
    this.#overlay ??= this.#files.open();
    return this.#overlay;
  }

  #view(): FileSystem {
    return this.#overlay?.files ?? this.#files.view('head').files;
  }
}

/** Null also for a path that cannot be one. */
function statOf(files: FileSystem, path: string) {
  try {
    checkPath(path);
    return files.stat(path);
  } catch (error) {
    if (error instanceof FileError) return null;
    throw error;
  }
}

/** Throws `FileError`. */
export function applyChange(files: FileSystem, change: Change): void {
  const { op, path } = change;
  if (op === 'write') files.write(path, change.bytes);
  else if (op === 'writeAt') files.writeAt(path, change.offset, change.bytes);
  else if (op === 'directory') files.makeDirectory(path, { recursive: true });
  else if (files.stat(path) !== null) files.remove(path, { recursive: true });
}
