/** The data that `fs` takes and gives: bytes, stats and directory entries. */

import { nameAll } from '../core/state.ts';
import type { HostFileStat } from '../host-calls.ts';
import { type Encoding, encodeString, knownEncoding } from './encodings.ts';

/** The encoding that an options argument names, if it names one. */
export function encodingOf(options: unknown): Encoding | undefined {
  const encoding =
    typeof options === 'object' && options !== null && 'encoding' in options ? options.encoding : options;
  if (encoding === undefined || encoding === null || encoding === 'buffer' || typeof encoding === 'object')
    return undefined;
  return knownEncoding(encoding);
}

/** Bytes of what may be written: a string, an ArrayBuffer or a view. */
export function encode(data: unknown, encoding?: Encoding): Uint8Array {
  if (typeof data === 'string') return encodeString(data, encoding);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const error = new TypeError('The "data" argument must be a string, an ArrayBuffer, a typed array or a DataView.');
  throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}

class Kind {
  readonly #kind: 'file' | 'directory';
  constructor(kind: 'file' | 'directory') {
    this.#kind = kind;
  }
  isFile(): boolean {
    return this.#kind === 'file';
  }
  isDirectory(): boolean {
    return this.#kind === 'directory';
  }
  isSymbolicLink(): boolean {
    return false;
  }
  isFIFO(): boolean {
    return false;
  }
  isSocket(): boolean {
    return false;
  }
  isBlockDevice(): boolean {
    return false;
  }
  isCharacterDevice(): boolean {
    return false;
  }
}

/** What `stat` gives. The store keeps one time per file, which stands for all of Node's four. */
nameAll({ Kind });

export class Stats extends Kind {
  readonly mode: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly atimeMs: number;
  readonly ctimeMs: number;
  readonly birthtimeMs: number;
  readonly mtime: Date;
  readonly atime: Date;
  readonly ctime: Date;
  readonly birthtime: Date;
  constructor({ kind, size, modifiedAt }: HostFileStat) {
    super(kind);
    this.mode = kind === 'file' ? 0o100644 : 0o040755;
    this.size = size;
    this.mtimeMs = this.atimeMs = this.ctimeMs = this.birthtimeMs = modifiedAt;
    this.mtime = new Date(modifiedAt);
    this.atime = new Date(modifiedAt);
    this.ctime = new Date(modifiedAt);
    this.birthtime = new Date(modifiedAt);
  }
}

export class Dirent extends Kind {
  readonly name: string;
  readonly parentPath: string;
  readonly path: string;
  constructor(name: string, parentPath: string, kind: 'file' | 'directory') {
    super(kind);
    this.name = name;
    this.parentPath = parentPath;
    this.path = parentPath;
  }
}
