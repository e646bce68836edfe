/**
 * The history of inputs on disk, shared by all terminals of this user: one JSON string a line, private to the user.
 *
 * Each entry is one append, so that terminals never tear each other's lines. The file is never rewritten: only its end
 * is read.
 */

import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { HistoryStorage } from './app/editor/history.ts';

/** Bytes read from the end. */
export const MAX_READ = 4 * 1024 * 1024;
/** Longer inputs are not kept; UTF-8 bytes of the line. */
export const MAX_ENTRY = 64 * 1024;

export class HistoryFile implements HistoryStorage {
  readonly #path: string;
  /** Appends of this process, in order. */
  #last: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** Entries of all terminals, oldest first. A missing file is an empty history; broken lines are skipped. */
  async load(): Promise<readonly string[]> {
    let file: Awaited<ReturnType<typeof open>>;
    try {
      file = await open(this.#path, constants.O_RDONLY);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
    try {
      const { size } = await file.stat();
      const start = Math.max(0, size - MAX_READ);
      const bytes = Buffer.alloc(size - start);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
      const lines = bytes.toString('utf8', 0, bytesRead).split('\n');
      // The first line may have lost its beginning.
      return (start > 0 ? lines.slice(1) : lines).flatMap(parseEntry);
    } finally {
      await file.close();
    }
  }

  append(entry: string): Promise<void> {
    this.#last = this.#last.catch(() => {}).then(() => this.#write(entry));
    return this.#last;
  }

  async #write(entry: string): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    if (line.length > MAX_ENTRY) return;
    await makeDirectory(dirname(this.#path));
    const file = await open(this.#path, 'a+', 0o600);
    try {
      await file.chmod(0o600);
      // A line that a crash cut short must not swallow this one.
      const { size } = await file.stat();
      const last = Buffer.alloc(1);
      const torn = size > 0 && (await file.read(last, 0, 1, size - 1)).bytesRead === 1 && last[0] !== 0x0a;
      await file.write(torn ? Buffer.concat([Buffer.from('\n'), line]) : line);
    } finally {
      await file.close();
    }
  }
}

function parseEntry(line: string): string[] {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'string' ? [entry] : [];
  } catch {
    return [];
  }
}

/** Not `mkdir` with `recursive`: Node 20 never returns from it where the system lets nobody make one, as in /proc. */
async function makeDirectory(directory: string): Promise<void> {
  const make = () =>
    mkdir(directory, { mode: 0o700 }).catch((error: unknown) => {
      // Another process may have been faster.
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  await make().catch(async (error: unknown) => {
    if (codeOf(error) !== 'ENOENT' || dirname(directory) === directory) throw error;
    await makeDirectory(dirname(directory));
    await make();
  });
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : null);
