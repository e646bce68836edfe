/** A session's files and a Python that has them mounted, for tests in plain Node: one Python for all sessions of a file. */

import { makeMemoryDatabase } from '../../../../test/support/memory-database.ts';
import { FileStore } from '../../../files/file-store.ts';
import { FileError } from '../../../files/file-system.ts';
import type { Overlay } from '../../../files/overlay.ts';
import { createFileTables } from '../../../files/schema.ts';
import type { MountedFiles } from '../driver.ts';
import type { EmscriptenFs } from '../files/emscripten.ts';
import { mountSessionFiles } from '../files/mount.ts';
import { TestDriver } from './test-driver.ts';

export class MountedSession {
  static driver: TestDriver;
  static mounted: MountedFiles;
  static current: MountedSession;

  readonly #db;
  readonly store: FileStore;
  #overlay: Overlay;
  #revision = 0;
  #isBetweenTurns = false;

  static async open(): Promise<MountedSession> {
    const db = await makeMemoryDatabase();
    createFileTables(db);
    MountedSession.current = new MountedSession(db, new FileStore(db, () => 1_700_000_000_000));
    MountedSession.driver ??= await TestDriver.open((py) => {
      const module = { FS: fileSystemOf(py) };
      MountedSession.mounted = mountSessionFiles(module, () => MountedSession.current.#turnFiles);
    });
    MountedSession.mounted.invalidate();
    MountedSession.driver.restart();
    MountedSession.driver.execute('import os; os.chdir("/home/user")');
    return MountedSession.current;
  }

  private constructor(db: Awaited<ReturnType<typeof makeMemoryDatabase>>, store: FileStore) {
    this.#db = db;
    this.store = store;
    this.#overlay = store.open();
  }

  /** Runs inputs as one turn and commits what they did. Answers what was printed last. */
  python(...codes: string[]): string {
    let printed = '';
    for (const code of codes) printed = MountedSession.driver.show(code);
    this.commit();
    return printed;
  }

  commit(): void {
    MountedSession.mounted.flush();
    const overlay = this.#overlay;
    this.#revision += 1;
    this.#db.transaction(() => overlay.commit(this.#revision));
    this.#overlay = this.store.open();
    MountedSession.mounted.invalidate();
  }

  get #turnFiles(): Overlay['files'] {
    if (this.#isBetweenTurns) throw new FileError('EACCES', '', 'files can only be used while an input runs');
    return this.#overlay.files;
  }

  /** The files of the turn that comes next. */
  get files(): Overlay['files'] {
    return this.#overlay.files;
  }

  /** Between turns Python has no files. */
  betweenTurns<Result>(action: () => Result): Result {
    this.#isBetweenTurns = true;
    try {
      return action();
    } finally {
      this.#isBetweenTurns = false;
    }
  }

  /** Another writer's change. */
  other(change: (files: Overlay['files']) => void): void {
    change(this.#overlay.files);
    this.commit();
  }

  /** Goes back to an earlier revision, in a new one. */
  restore(revision: number): void {
    this.#revision += 1;
    this.#db.transaction(() => this.store.restore(revision, this.#revision));
    this.#overlay = this.store.open();
    MountedSession.mounted.invalidate();
  }

  /** Chunks of all revisions together. */
  get chunks(): number {
    return this.#db.all<{ n: number }>('SELECT count(*) AS n FROM file_chunk')[0]?.n ?? 0;
  }

  /** What is committed. */
  read(path: string): string {
    return new TextDecoder().decode(this.store.view('head').files.read(path));
  }
}

/** Pyodide's types leave out what a mount needs. */
export function fileSystemOf(py: { readonly FS: unknown }): EmscriptenFs {
  return py.FS as EmscriptenFs;
}
