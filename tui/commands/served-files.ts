/** The local files that a preview consists of, and word of their changes. */

import { createHash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LIMITS } from '../../protocol/limits.ts';
import type { Language } from '../arguments/options.ts';
import { EXIT, ExitError } from '../exit.ts';
import { describeFileError } from './local-files.ts';
import { gatherSources } from './program-sources.ts';
import { nameOf } from './run.ts';

export interface ServedFiles {
  readonly entry: string;
  readonly sources: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  /** The directories in which a change may change what is served. */
  readonly directories: readonly string[];
}

/** Never served: they are not part of a page, or no business of others. */
const isPassedOver = (name: string): boolean => name.startsWith('.') || name === 'node_modules';

/** An editor writes a file in several steps; what follows faster is one change. */
const SETTLE_MILLISECONDS = 60;

/** What names a place on this machine without telling where it is. */
export async function placeOf(file: string): Promise<string> {
  const path = await realpath(file).catch(() => file);
  return createHash('sha256').update(path).digest('hex').slice(0, 32);
}

/**
 * A module with what it imports; of a page or a directory, everything below. Null if there is no such file here.
 * Throws `ExitError`.
 */
export async function readServed(file: string, language: Language | null): Promise<ServedFiles | null> {
  try {
    const isDirectory = (await stat(file)).isDirectory();
    if (isDirectory) return await readPage(file, 'index.html');
    if (/\.html?$/i.test(file)) return await readPage(dirname(file), basename(file));
    const source = await readFile(file);
    const { base, ...program } = await gatherSources(file, source, nameOf(file, source, language));
    const directories = new Set(program.sources.map(({ path }) => dirname(join(base, path))));
    return { ...program, directories: [...directories] };
  } catch (error) {
    if (error instanceof ExitError) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new ExitError(EXIT.failure, `cannot read ${file}: ${describeFileError(error)}`);
  }
}

async function readPage(directory: string, entry: string): Promise<ServedFiles> {
  const sources: { path: string; bytes: Uint8Array }[] = [];
  const directories: string[] = [];
  let size = 0;
  const read = async (path: string): Promise<void> => {
    directories.push(join(directory, path));
    for (const item of await readdir(join(directory, path), { withFileTypes: true })) {
      if (isPassedOver(item.name)) continue;
      const name = path === '' ? item.name : `${path}/${item.name}`;
      if (item.isDirectory()) await read(name);
      if (!item.isFile()) continue;
      const bytes = await readFile(join(directory, name));
      size += bytes.length;
      sources.push({ path: name, bytes });
      if (size > LIMITS.programSources || sources.length > LIMITS.programSourceFiles) {
        const limit = `${LIMITS.programSourceFiles} files with ${LIMITS.programSources / 1024 / 1024} MiB`;
        throw new ExitError(EXIT.failure, `${directory} is too large: a preview may have ${limit}`);
      }
    }
  };
  await read('');
  if (sources.some(({ path }) => path === entry)) return { entry, sources, directories };
  throw new ExitError(EXIT.failure, `${directory} has no ${entry}: name a file that has a fetch handler, or a page`);
}

/** Tells of changes in directories, several quick ones as one. */
export class Watcher {
  readonly #changed: () => void;
  #watchers: FSWatcher[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Instead of those before. */
  watch(directories: readonly string[]): void {
    this.close();
    for (const directory of directories) {
      try {
        const watcher = watch(directory, { persistent: false }, () => this.#settle());
        // A directory that goes away is a change in the one above.
        watcher.on('error', () => watcher.close());
        this.#watchers.push(watcher);
      } catch {
        // It went away just now.
      }
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#changed, SETTLE_MILLISECONDS);
  }
}
