/** The packages that a session has: directories below `.packages`, each with a `NAME-VERSION.dist-info` (PEP 376). */

import { FileError, type FileSystem } from '../../../files/file-system.ts';
import { parseMetadata } from './metadata.ts';
import { normalise } from './names.ts';
import { PackageError } from './package-error.ts';
import type { Wheel } from './wheel.ts';

const packagesDirectory = '.packages';

const DIST_INFO = /^(?<name>[^-]+)-(?<version>[^-]+)\.dist-info$/;

export interface InstalledPackage {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  /** The name of its dist-info directory. */
  readonly directory: string;
}

export class InstalledPackages {
  readonly #files: FileSystem;

  constructor(files: FileSystem) {
    this.#files = files;
  }

  list(): InstalledPackage[] {
    if (this.#files.stat(packagesDirectory)?.kind !== 'directory') return [];
    return this.#files.list(packagesDirectory).flatMap(({ name: directory }) => {
      const { name, version } = DIST_INFO.exec(directory)?.groups ?? {};
      return name && version ? [{ name: normalise(name), version, directory }] : [];
    });
  }

  metadata({ directory }: InstalledPackage) {
    const bytes = this.#files.read(`${packagesDirectory}/${directory}/METADATA`);
    return parseMetadata(new TextDecoder().decode(bytes));
  }

  /** Writes the files of a package in place of those of another version. Throws `PackageError` if they do not fit. */
  put(name: string, wheel: Wheel): void {
    const written: string[] = [];
    try {
      for (const old of this.list().filter((each) => each.name === name)) this.#remove(old);
      for (const [path, bytes] of wheel.files) {
        const target = `${packagesDirectory}/${path}`;
        this.#files.makeDirectory(target.slice(0, target.lastIndexOf('/')), { recursive: true });
        this.#files.write(target, bytes);
        written.push(target);
      }
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.#removeFiles(written);
      throw new PackageError(`${name} could not be written: ${error.message}`);
    }
  }

  /** Removes the files that the package's RECORD names. */
  #remove({ directory }: InstalledPackage): void {
    const record = `${packagesDirectory}/${directory}/RECORD`;
    if (this.#files.stat(record)?.kind === 'file') {
      const lines = new TextDecoder().decode(this.#files.read(record)).split('\n');
      const paths = lines.map(
        (line) => (line.startsWith('"') ? line.slice(1).split('"')[0] : line.split(',')[0]) ?? '',
      );
      this.#removeFiles(
        paths.filter((path) => path !== '' && isPlain(path)).map((path) => `${packagesDirectory}/${path}`),
      );
    }
    const info = `${packagesDirectory}/${directory}`;
    if (this.#files.stat(info)) this.#files.remove(info, { recursive: true });
  }

  #removeFiles(paths: readonly string[]): void {
    for (const path of paths) {
      if (this.#files.stat(path)?.kind !== 'file') continue;
      this.#files.remove(path, { recursive: false });
      this.#removeEmpty(path.slice(0, path.lastIndexOf('/')));
    }
  }

  #removeEmpty(directory: string): void {
    if (directory === packagesDirectory || this.#files.list(directory).length > 0) return;
    this.#files.remove(directory, { recursive: false });
    this.#removeEmpty(directory.slice(0, directory.lastIndexOf('/')));
  }
}

/** A RECORD may name scripts outside the directory of packages. */
function isPlain(path: string): boolean {
  return (
    !path.startsWith('/') && !path.split('/').some((segment) => segment === '..' || segment === '.' || segment === '')
  );
}
