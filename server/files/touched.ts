/** The paths a writer has touched, above the head it does not own. Knows no tables. */

import type { FileContents } from './chunks.ts';
import { ancestorsOf, joinPath, splitPath } from './paths.ts';
import type { LargeFile } from './rows.ts';

export interface TouchedFile {
  readonly kind: 'file';
  readonly modifiedAt: number;
  readonly contents: FileContents | LargeFile;
}

export type Touched =
  | { readonly kind: 'removed' }
  /** `made` by this writer, or only needed since it wrote below. */
  | { readonly kind: 'directory'; readonly modifiedAt: number; readonly made: boolean }
  | TouchedFile;

export class TouchedPaths {
  /** By directory, then by name: listing a directory must not look at the others. */
  readonly #directories = new Map<string, Map<string, Touched>>();

  get(path: string): Touched | undefined {
    const { parent, name } = splitPath(path);
    return this.#directories.get(parent)?.get(name);
  }

  set(path: string, touched: Touched): void {
    const { parent, name } = splitPath(path);
    const siblings = this.#directories.get(parent);
    if (siblings) siblings.set(name, touched);
    else this.#directories.set(parent, new Map([[name, touched]]));
  }

  delete(path: string): void {
    const { parent, name } = splitPath(path);
    const siblings = this.#directories.get(parent);
    siblings?.delete(name);
    if (siblings?.size === 0) this.#directories.delete(parent);
  }

  /** What was touched directly in a directory, by name. */
  in(directory: string): ReadonlyMap<string, Touched> {
    return this.#directories.get(directory) ?? new Map<string, Touched>();
  }

  /** Whether this writer turned a directory above `path` into something else, so that the head's `path` is hidden. */
  hides(path: string): boolean {
    for (const ancestor of ancestorsOf(path).reverse()) {
      const touched = this.get(ancestor);
      if (touched) return touched.kind !== 'directory';
    }
    return false;
  }

  /** All of it, parents before what is below them. */
  sorted(): [string, Touched][] {
    const all: [string, Touched][] = [];
    for (const [parent, siblings] of this.#directories) {
      for (const [name, touched] of siblings) all.push([joinPath(parent, name), touched]);
    }
    return all.sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
