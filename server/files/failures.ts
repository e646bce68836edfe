/** The failures of file operations, each with its one message. */

import { FileError } from './file-system.ts';
import { maxSqliteFileBytes } from './limits.ts';

export function missing(path: string): FileError {
  return new FileError('ENOENT', path, `There is no file or directory "${path}".`);
}

export function exists(path: string): FileError {
  return new FileError('EEXIST', path, `"${path}" exists already.`);
}

export function notADirectory(path: string): FileError {
  return new FileError('ENOTDIR', path, `"${path}" is not a directory.`);
}

export function isADirectory(path: string): FileError {
  return new FileError('EISDIR', path, `"${path}" is a directory.`);
}

export function notEmpty(path: string): FileError {
  return new FileError('ENOTEMPTY', path, `The directory "${path}" is not empty.`);
}

export function invalid(path: string, message: string): FileError {
  return new FileError('EINVAL', path, message);
}

/** R2 failed, which it does now and then, as every service. */
export function bucketFailed(path: string, wish: 'stored' | 'read'): FileError {
  const message = `"${path}" could not be ${wish}: the bucket for files over 8 MiB failed. Nothing was changed. Try again; if it stays so, see the log of the server.`;
  return new FileError('EIO', path, message);
}

/** A file in R2, which cannot be read synchronously. */
export function beyondReach(path: string): FileError {
  const message = `"${path}" is larger than 8 MiB: use fs.promises in JavaScript, or \`spawnpoint-cf files\`.`;
  return new FileError('EFBIG', path, message);
}

export function checkRange(path: string, offset: number, length: number): void {
  if (Number.isSafeInteger(offset) && offset >= 0 && Number.isSafeInteger(length) && length >= 0) return;
  throw invalid(path, `An offset or a length in "${path}" is not a whole number of bytes.`);
}

/** Throws unless a file of `size` bytes fits into SQLite. */
export function checkSize(path: string, size: number): void {
  if (size <= maxSqliteFileBytes) return;
  const message = `"${path}" would have ${size} bytes; a file over ${maxSqliteFileBytes} is only written by fs.promises in an input, or by \`spawnpoint-cf files\`.`;
  throw new FileError('EFBIG', path, message);
}
