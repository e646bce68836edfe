/** Failures of the session's files as the error numbers that Python knows. */

import { FileError, type FileErrorCode } from '../../../files/file-system.ts';
import type { EmscriptenFs } from './emscripten.ts';

/** Emscripten numbers errors as WASI does. */
const NUMBERS: Readonly<Record<FileErrorCode, number>> = {
  EACCES: 2,
  EEXIST: 20,
  EFBIG: 22,
  EINVAL: 28,
  EISDIR: 31,
  ENAMETOOLONG: 37,
  ENOENT: 44,
  ENOSPC: 51,
  ENOTDIR: 54,
  ENOTEMPTY: 55,
};

export class Failures {
  readonly #fs: EmscriptenFs;

  constructor(fs: EmscriptenFs) {
    this.#fs = fs;
  }

  of(code: FileErrorCode): object {
    return new this.#fs.ErrnoError(NUMBERS[code]);
  }

  /** Runs an operation on the session's files; Python sees its failure as an OSError with the right number. */
  guard<Result>(operation: () => Result): Result {
    try {
      return operation();
    } catch (error) {
      throw error instanceof FileError ? this.of(error.code) : error;
    }
  }
}
