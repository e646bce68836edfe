/** Files of this machine: what is in a directory, and in words why one cannot be read or written. */

import { readdir } from 'node:fs/promises';
import type { LocalFile } from '../client/session-view.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is no directory',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
};

/** Half a sentence. */
export function describeFileError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return (Object.hasOwn(REASONS, code) ? REASONS[code] : undefined) ?? error.message;
}

/** What is in a directory; `''` is the working directory. Empty for one that cannot be read. */
export async function listLocal(directory: string): Promise<readonly LocalFile[]> {
  const entries = await readdir(directory === '' ? '.' : directory, { withFileTypes: true }).catch(() => []);
  return entries.map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }));
}
