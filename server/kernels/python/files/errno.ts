/** Failures of the session's files as the error numbers that Python knows. */

import { FileError, type FileErrorCode } from '../../../files/file-system.ts';
import type { EmscriptenFs } from './emscripten.ts';

/** Emscripten numbers errors as WASI does. */
const NUMBERS: Readonly<Record<FileErrorCode, number>> = {
  EACCES: 2,
  EEXIST: 20,
  EFBIG: 22,
  EINVAL: 28,
  EIO: 29,
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

  /**
   * The operation as Emscripten may call it, without its object. A `FileError` of the session's files, also of having none
   * between turns, becomes an OSError with the right number: anything else that is thrown ends the interpreter.
   */
  wrap<Parameters extends unknown[], Result>(
    self: object,
    operation: (...parameters: Parameters) => Result,
  ): (...parameters: Parameters) => Result {
    return (...parameters) => {
      try {
        return operation.apply(self, parameters);
      } catch (error) {
        throw error instanceof FileError ? this.of(error.code) : error;
      }
    };
  }
}
