/** The file tree as a list of rows. Pure. */

import { sanitizeName } from '../../client/sanitize.ts';
import type { FileEntry } from '../../client/session-view.ts';

export interface TreeRow {
  readonly path: string;
  readonly kind: 'file' | 'directory';
  readonly size: number;
  readonly depth: number;
  /** The last part of the path, safe to show. */
  readonly name: string;
  readonly expanded: boolean;
}

/** Entries whose directories are all expanded; directories before files, then by name. */
export function treeRows(files: readonly FileEntry[], expanded: ReadonlySet<string>): TreeRow[] {
  const children = new Map<string, FileEntry[]>();
  for (const entry of files) {
    const parent = parentOf(entry.path);
    const list = children.get(parent);
    if (list === undefined) children.set(parent, [entry]);
    else list.push(entry);
  }
  const rows: TreeRow[] = [];
  const visit = (directory: string, depth: number) => {
    const entries = [...(children.get(directory) ?? [])];
    entries.sort((a, b) => Number(a.kind === 'file') - Number(b.kind === 'file') || (a.path < b.path ? -1 : 1));
    for (const { path, kind, size } of entries) {
      const open = kind === 'directory' && expanded.has(path);
      rows.push({ path, kind, size, depth, name: sanitizeName(path.slice(path.lastIndexOf('/') + 1)), expanded: open });
      if (open) visit(path, depth + 1);
    }
  };
  visit('', 0);
  return rows;
}

export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** For example `812 B`, `1.2 KB`, `34 MB`. */
export function formatSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
